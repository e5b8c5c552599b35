import type { Step } from '../../../core/step.ts';

/** What can be done on a pull request, in the order in which it is done. */
export const gateSteps = [
  'disable-auto-merge',
  'withdraw-approval',
  'comment',
  'approve',
  'auto-merge',
] as const;

/** One thing to do on the pull request. */
export interface GateStep extends Step {
  readonly id: (typeof gateSteps)[number];
}
