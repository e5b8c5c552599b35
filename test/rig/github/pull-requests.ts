/** A review of a pull request. */
export interface Review {
  readonly id: number;
  readonly author: string;
  readonly commit: string;
  readonly body: string;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED';
}

/** A pull request; its comments are those of the issue with the same number. */
export interface PullRequestRecord {
  readonly number: number;
  readonly nodeId: string;
  readonly author: string;
  /** `owner/name`; null where it is gone. */
  readonly headRepository: string | null;
  readonly headBranch: string;
  readonly reviews: Review[];
  headSha: string;
  baseBranch: string;
  state: 'open' | 'closed';
  /** The method and the commit that GitHub merges by itself. */
  autoMerge: { readonly method: string; readonly head: string } | null;
}

/** What a repository allows. */
export interface RepositorySettings {
  allowsAutoMerge: boolean;
  letsActionsApprove: boolean;
}
