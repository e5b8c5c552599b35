import { ensureBuilt } from '../scripts/demo/built-action.ts';
import { startCluster } from '../test/rig/postgres.ts';
import { actionEntry, actionInputs, runAction } from '../test/rig/runner.ts';
import type { TestDatabase } from '../test/rig/test-database.ts';
import { createTables } from './many-tables.ts';
import { interleaved, type Spread } from './measure.ts';
import { milliseconds, printHeading, printPart } from './print.ts';

const rounds = 15;
const postgresVersion = 15;

/** Measures how the time for a plan of `vacuum` grows with the number of tables. */
export async function bench(): Promise<void> {
  printHeading('Planning a vacuum', 'vacuum-lifecycle');
  await ensureBuilt();
  const title = `Dry run of the built action, PostgreSQL ${postgresVersion}, ${rounds} runs each, interleaved`;
  await printPart(title, plan);
}

async function plan() {
  await using cluster = await startCluster(postgresVersion);
  await using none = await createTables(cluster, 0);
  await using few = await createTables(cluster, 100);
  await using many = await createTables(cluster, 1000);
  const times = await interleaved(
    {
      none: () => dryRunMs(none),
      few: () => dryRunMs(few),
      many: () => dryRunMs(many),
    },
    rounds,
  );
  const more = ({ median }: Spread) => median - times.none.median;
  const [fewMs, manyMs] = [more(times.few), more(times.many)];
  return [
    ['no tables but the catalog: the baseline', milliseconds(times.none)],
    ['100 tables, 10 of them due', milliseconds(times.few)],
    ['1,000 tables, 100 of them due', milliseconds(times.many)],
    ['100 tables over the baseline', `${fewMs.toFixed(0)} ms`],
    ['1,000 tables over the baseline', `${manyMs.toFixed(0)} ms`],
    ['ten times the tables take', `${(manyMs / fewMs).toFixed(1)}×`],
  ] as const;
}

/** The whole run as the runner sees it, from the start of Node to its end. */
async function dryRunMs(database: TestDatabase): Promise<number> {
  const run = await runAction(actionEntry('vacuum', 'main'), {
    inputs: actionInputs('vacuum', { 'database-url': database.url(), 'dry-run': 'true' }),
  });
  if (run.code === 0) return run.durationMs;
  throw new Error(`the dry run failed:\n${run.output}`);
}
