import type { Verdict } from './decide.ts';
import type { Evidence, PullRequest } from './evidence.ts';
import type { Decision, Reason } from './reason.ts';

/** What has come of looking at a pull request. */
export interface Examined {
  readonly pullRequest: PullRequest;
  readonly decision: Decision;
  readonly reasons: readonly Reason[];
  readonly verdicts: readonly Verdict[];
  /** Null where it is not Dependabot's, and was looked at no further, or could not be. */
  readonly evidence: Evidence | null;
  /** Why it could not be looked at; null where it could. */
  readonly failure: unknown;
}
