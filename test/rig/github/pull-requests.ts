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
  headBranch: string;
  readonly reviews: Review[];
  headSha: string;
  baseBranch: string;
  state: 'open' | 'closed';
  /** The method and the commit that GitHub merges by itself. */
  autoMerge: AutoMerge | null;
  /** Who moved its branch, newest first; by default its author, who made the branch. */
  pushes?: readonly BranchActivity[];
}

export interface AutoMerge {
  readonly method: string;
  readonly head: string;
  /** By default the account that the token belongs to. */
  readonly enabledBy?: string;
}

/** An entry of the activity of a branch. */
export interface BranchActivity {
  readonly actor: string;
  readonly kind: 'push' | 'force_push' | 'branch_creation' | 'pr_merge';
  readonly after: string;
}

/** What a repository allows. */
export interface RepositorySettings {
  allowsAutoMerge: boolean;
  letsActionsApprove: boolean;
  /** Whether the token may not see who has pushed. */
  hidesActivity: boolean;
}
