import type { InputsOf, Problem } from '../../core/inputs.ts';
import type { Run } from '../../core/run.ts';
import type { Plan, Task } from '../../core/task.ts';
import type { Database } from '../../postgres/database.ts';
import { connectionProblems } from '../../postgres/inputs.ts';
import { databaseName, openDatabase } from '../../postgres/open-database.ts';
import { endOrphans } from '../../postgres/orphans.ts';
import { countStandbys } from '../../postgres/replicas.ts';
import { applyStep, type VacuumStep } from './apply.ts';
import { type VacuumInputs, type VacuumSpec, vacuumInputs } from './inputs.ts';
import { withPageEvidence } from './page-evidence.ts';
import { planSteps } from './plan.ts';
import { tablesInUse } from './plan-findings.ts';
import { readRelations } from './relations.ts';
import { shownFigures, summarizeSteps } from './summary.ts';
import { tableFilter } from './table-filter.ts';
import { readThresholds } from './thresholds.ts';
import { Throttle } from './throttle.ts';
import { verifyDatabase } from './verify.ts';

/** The task `vacuum`: vacuums and analyzes the tables that need it, within a window. */
export const task: Task<VacuumSpec, Database, VacuumStep> = {
  name: 'vacuum',
  description:
    'Vacuum and analyze the tables of a PostgreSQL database that need it, within a window',
  inputs: vacuumInputs,
  shownFigures,
  check: (inputs) => [
    ...connectionProblems(inputs, process.env),
    ...fullProblems(inputs),
  ],
  targetName: databaseName,
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

function fullProblems(inputs: Partial<InputsOf<VacuumSpec>>): Problem[] {
  if (!inputs.full || inputs['confirm-exclusive-lock'] !== false) return [];
  const message =
    'locks its tables against everybody until they are rewritten; set confirm-exclusive-lock to true if that may be.';
  return [{ input: 'full', message }];
}

async function makePlan(
  database: Database,
  inputs: VacuumInputs,
  run: Run,
): Promise<Plan<VacuumStep>> {
  const { relations, findings } = await withPageEvidence(
    await readRelations(database),
    database,
  );
  const plan = planSteps(relations, {
    server: database.server,
    thresholds: await readThresholds(database),
    options: inputs,
    filter: tableFilter(inputs.tables),
    history: run.history,
    hasStandbys: (await countStandbys(database)) > 0,
  });
  const throttle = new Throttle(inputs, database);
  const rewritten = plan.steps.filter(({ work }) => work === 'rewrite');
  const limit = inputs['wal-budget'];
  return {
    steps: plan.steps.map((step) => ({ ...step, throttle })),
    findings: [
      ...findings,
      ...plan.findings,
      ...(await tablesInUse(rewritten, database)),
      ...(await throttle.findings()),
    ],
    metrics: { considered: relations.length },
    jobs: inputs.jobs,
    budget: limit === null ? null : { of: 'WAL', metric: 'walBytes', limit },
  };
}
