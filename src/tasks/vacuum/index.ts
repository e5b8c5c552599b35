import type { Plan, Task } from '../../core/task.ts';
import type { Database } from '../../postgres/database.ts';
import { connectionProblems } from '../../postgres/inputs.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import { endOrphans } from '../../postgres/orphans.ts';
import { applyStep } from './apply.ts';
import { type VacuumInputs, type VacuumSpec, vacuumInputs } from './inputs.ts';
import { planSteps, type VacuumStep } from './plan.ts';
import { readRelations } from './relations.ts';
import { shownFigures, summarizeSteps } from './summary.ts';
import { tableFilter } from './table-filter.ts';
import { readThresholds } from './thresholds.ts';
import { verifyDatabase } from './verify.ts';

/** The task `vacuum`: vacuums and analyzes the tables that need it, within a window. */
export const task: Task<VacuumSpec, Database, VacuumStep> = {
  name: 'vacuum',
  description:
    'Vacuum and analyze the tables of a PostgreSQL database that need it, within a window',
  inputs: vacuumInputs,
  shownFigures,
  check: (inputs) => connectionProblems(inputs, process.env),
  connect: openDatabase,
  plan: makePlan,
  apply: applyStep,
  verify: verifyDatabase,
  summarize: summarizeSteps,
  async sweep(inputs, run) {
    await using database = await openDatabase(inputs, run);
    return await endOrphans(database, run);
  },
};

async function makePlan(
  database: Database,
  inputs: VacuumInputs,
): Promise<Plan<VacuumStep>> {
  const relations = await readRelations(database);
  const thresholds = await readThresholds(database);
  const filter = tableFilter(inputs.tables);
  const { steps, findings } = planSteps(
    relations,
    thresholds,
    inputs,
    filter,
    database.server,
  );
  return {
    steps,
    findings,
    metrics: { considered: relations.length },
    jobs: inputs.jobs,
  };
}
