import type { Task } from '../../core/task.ts';
import type { GateStep } from './act/gate-step.ts';
import { concludeGate, summarizeActs } from './conclude.ts';
import { type GateSpec, gateInputs } from './inputs.ts';
import { nameOfPullRequest } from './place.ts';
import type { GateTarget } from './target.ts';

/** Loaded only once the inputs are known to be right: the readers take their time. */
const load = async () => (await import('./work.ts')).work;

/** The task `dependabot-gate`: what of Dependabot may be merged without anybody looking. */
export const task: Task<GateSpec, GateTarget, GateStep> = {
  name: 'dependabot-gate',
  description:
    'Decide whether a pull request by Dependabot may be merged, needs a review or must not be merged, from the two trees and what the registries say, with every reason',
  inputs: gateInputs,
  shownFigures: [],
  onlyLooks: ({ act }) => act === 'none',
  outputs: {
    decision: '`merge`, `review` or `block`. Only `block` is red.',
    reasons:
      'A JSON list of short sentences: what speaks against merging. Empty for `merge`.',
  },
  check: () => [],
  targetName: (inputs) => nameOfPullRequest(inputs),
  connect: async (...given) => (await load()).connect(...given),
  plan: async (target, _inputs, run) => (await load()).plan(target, run),
  apply: async (step, target, run) => (await load()).apply(step, target, run),
  verify: async () => [],
  totals: () => ({}),
  summarize: summarizeActs,
  conclude: concludeGate,
  sweep: async () => 'Nothing was swept: each act is one request.',
};
