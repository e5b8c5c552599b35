import type { Run } from '../../core/run.ts';
import { applyStep } from './apply.ts';
import type { ReindexInputs } from './inputs.ts';
import { makePlan } from './make-plan.ts';
import { sweep } from './sweep.ts';
import { ReindexTarget } from './target.ts';
import { verifyIndexes } from './verify.ts';

/** Everything that needs the driver of PostgreSQL. */
export const work = {
  connect: (inputs: ReindexInputs, run: Run) => ReindexTarget.open(inputs, run),
  plan: makePlan,
  apply: applyStep,
  verify: verifyIndexes,
  sweep,
};
