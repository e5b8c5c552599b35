import { ensureBuilt } from '../scripts/demo/built-action.ts';
import { startCluster } from '../test/rig/postgres.ts';
import { actionEntry, actionInputs, runAction } from '../test/rig/runner.ts';
import type { TestDatabase } from '../test/rig/test-database.ts';
import { createTables } from './many-tables.ts';
import { compared, interleaved, spreadOf } from './measure.ts';
import { milliseconds, printHeading, printPart, times } from './print.ts';

const rounds = 25;
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
  const measured = await interleaved(
    {
      none: () => dryRunMs(none),
      few: () => dryRunMs(few),
      many: () => dryRunMs(many),
    },
    rounds,
  );
  const onTop = (values: readonly number[]) =>
    milliseconds(compared(values, measured.none, (value, base) => value - base));
  const ratio = compared(measured.many, measured.few, (value, base) => value / base);
  return [
    ['no tables but the catalog: the baseline', milliseconds(spreadOf(measured.none))],
    ['100 tables, 10 of them due', milliseconds(spreadOf(measured.few))],
    ['1,000 tables, 100 of them due', milliseconds(spreadOf(measured.many))],
    ['1,000 tables : 100 tables', times(ratio)],
    ['on top of the baseline: 100 tables', onTop(measured.few)],
    ['on top of the baseline: 1,000 tables', onTop(measured.many)],
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
