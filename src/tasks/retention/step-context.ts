import type { Run } from '../../core/run.ts';
import type { Session } from '../../postgres/session.ts';
import type { Deletion } from './deletion.ts';
import type { Policy } from './policies.ts';
import type { Tally } from './tally.ts';
import type { RetentionTarget } from './target.ts';

/** A policy that is being carried out: what all parts of that share. */
export interface StepContext {
  readonly policy: Policy;
  readonly deletion: Deletion;
  readonly session: Session;
  readonly target: RetentionTarget;
  readonly run: Run;
  readonly tally: Tally;
}
