import type { Run } from '../../core/run.ts';
import type { Plan } from '../../core/task.ts';
import type { Database } from '../../postgres/database.ts';
import { nameFilter } from '../../postgres/name-filter.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import { endOrphans } from '../../postgres/orphans.ts';
import { countStandbys } from '../../postgres/replicas.ts';
import { applyStep, type VacuumStep } from './apply.ts';
import type { VacuumInputs } from './inputs.ts';
import { withPageEvidence } from './page-evidence.ts';
import { planSteps } from './plan.ts';
import { tablesInUse } from './plan-findings.ts';
import { readRelations } from './relations.ts';
import { readThresholds } from './thresholds.ts';
import { Throttle } from './throttle.ts';
import { verifyDatabase } from './verify.ts';

/** Everything that needs the driver of PostgreSQL. */
export const work = {
  connect: openDatabase,
  plan: makePlan,
  apply: applyStep,
  verify: verifyDatabase,
  async sweep(inputs: VacuumInputs, run: Run): Promise<string> {
    await using database = await openDatabase(inputs, run);
    return await endOrphans(database, run);
  },
};

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
    filter: nameFilter(inputs.tables),
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
