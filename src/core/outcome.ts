import type { Severity } from './finding.ts';
import type { StepStatus } from './step.ts';

/** How a run can end. Where several hold, the first in this list wins. */
export const outcomes = [
  'cancelled',
  'failed',
  'blocked',
  'attention',
  'incomplete',
  'succeeded',
  'nothing-to-do',
] as const;

export type Outcome = (typeof outcomes)[number];

/** Why a run ended as it did: the closed list beside the outcomes. */
export const reasons = [
  'completed',
  'no-work',
  'deadline-reached',
  'budget-spent',
  'findings',
  'window-closed',
  'already-running',
  'unsafe-target',
  'permission-denied',
  'connection-failed',
  'invalid-input',
  'step-failed',
  'check-failed',
  'cancel-requested',
] as const;

export type Reason = (typeof reasons)[number];

/** Why steps were left, where that was not the deadline. */
export type LeftBecause = Extract<Reason, 'budget-spent' | 'findings'>;

/** What an outcome is made from. */
export interface Ending {
  readonly cancelRequested: boolean;
  /** A required check, or the run itself, that could not be carried through. */
  readonly failure: Reason | null;
  /** Why the run refused to start. */
  readonly refusal: Reason | null;
  readonly leftBecause: LeftBecause | null;
  readonly stepStatuses: readonly StepStatus[];
  readonly findingsAtOrAboveFailOn: number;
  /** Whether the task only looks: what it could not look at is no success. */
  readonly onlyLooks: boolean;
}

/** Makes the outcome of a run, and its reason, from everything that happened in it. */
export function decideOutcome(ending: Ending): { outcome: Outcome; reason: Reason } {
  const has = (status: StepStatus) => ending.stepStatuses.includes(status);
  if (ending.cancelRequested) return { outcome: 'cancelled', reason: 'cancel-requested' };
  if (ending.failure) return { outcome: 'failed', reason: ending.failure };
  if (has('failed')) return { outcome: 'failed', reason: 'step-failed' };
  const isLeft = has('carried-over') || has('cancelled');
  const leftBecause = ending.leftBecause ?? 'deadline-reached';
  if (isLeft && ending.onlyLooks) return { outcome: 'failed', reason: leftBecause };
  if (ending.refusal) return { outcome: 'blocked', reason: ending.refusal };
  if (ending.findingsAtOrAboveFailOn > 0) {
    return { outcome: 'attention', reason: 'findings' };
  }
  if (isLeft) return { outcome: 'incomplete', reason: leftBecause };
  if (!ending.onlyLooks && ending.stepStatuses.every((status) => status === 'skipped')) {
    return { outcome: 'nothing-to-do', reason: 'no-work' };
  }
  return { outcome: 'succeeded', reason: 'completed' };
}

/** Whether an outcome turns the job red. A cancelled run is shown by GitHub itself. */
export function isRed(outcome: Outcome): boolean {
  return outcome === 'failed' || outcome === 'blocked' || outcome === 'attention';
}

/** The reading of `fail-on`: a severity, or `never`. */
export type FailOn = Severity | 'never';
