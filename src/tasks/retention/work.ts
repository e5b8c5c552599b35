import type { Run } from '../../core/run.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import { endOrphans } from '../../postgres/orphans.ts';
import { applyPolicy } from './apply.ts';
import type { RetentionInputs } from './inputs.ts';
import { makePlan } from './make-plan.ts';
import { RetentionTarget } from './target.ts';

/** Everything that needs the driver of PostgreSQL. */
export const work = {
  connect: (inputs: RetentionInputs, run: Run) => RetentionTarget.open(inputs, run),
  plan: makePlan,
  apply: applyPolicy,
  async sweep(inputs: RetentionInputs, run: Run): Promise<string> {
    await using database = await openDatabase(inputs, run);
    return `${await endOrphans(database, run)} What its finished batches have deleted stays deleted.`;
  },
};
