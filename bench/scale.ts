import { ensureBuilt } from '../scripts/demo/built-action.ts';
import { startCluster } from '../test/rig/postgres.ts';
import { megabytes } from './figures.ts';
import { type Spread, spreadOf } from './measure.ts';
import { milliseconds, printHeading, printPart } from './print.ts';
import { countQueries, type DryRun, dryRun } from './scale/dry-run.ts';
import { createIndexedTables } from './scale/many-indexes.ts';

const rounds = 5;
const postgresVersion = 15;
const sizes = [100, 1000, 10_000];

/** What GitHub takes of a job summary. */
const summaryLimitBytes = 1024 ** 2;

interface Measured {
  readonly tables: number;
  readonly runs: readonly DryRun[];
  readonly queries: number;
}

/** Measures how the plan of `vacuum` grows with the number of tables, all of them due. */
export async function bench(): Promise<void> {
  printHeading('Scale', 'scale');
  await ensureBuilt();
  const title = `Dry run of the built action, PostgreSQL ${postgresVersion}, each table with 5 indexes and due; ${rounds} runs each`;
  await printPart(title, measure);
}

async function measure() {
  await using cluster = await startCluster(postgresVersion, {
    settings: { max_locks_per_transaction: '1000' },
  });
  const all: Measured[] = [];
  for (const tables of sizes) {
    await using database = await createIndexedTables(cluster, tables);
    const queries = await countQueries(cluster, database);
    const runs: DryRun[] = [];
    for (let round = 0; round < rounds; round++) runs.push(await dryRun(database));
    all.push({ tables, runs, queries });
  }
  return [...all.flatMap(figures), ...growth(all)];
}

function figures({ tables, runs, queries }: Measured) {
  const name = `${tables.toLocaleString('en-US')} tables`;
  const summary = of(runs, 'summaryBytes').max;
  const verdict = summary <= summaryLimitBytes ? 'within' : 'over';
  return [
    [`${name}: the run by its own times`, milliseconds(of(runs, 'planMs'))],
    [`${name}: the process with its start of Node`, milliseconds(of(runs, 'processMs'))],
    [`${name}: steps planned`, `${of(runs, 'steps').median}`],
    [`${name}: queries`, `${queries}`],
    [`${name}: peak resident memory`, megabytes(of(runs, 'peakBytes'))],
    [`${name}: summary`, `${summary} bytes, ${verdict} ${summaryLimitBytes}`],
  ] as const;
}

function growth(all: readonly Measured[]) {
  const [least, most] = [all.at(0), all.at(-1)];
  if (!least || !most) return [];
  const factor = (name: keyof DryRun) =>
    `${(of(most.runs, name).median / of(least.runs, name).median).toFixed(2)}×`;
  const tables = most.tables / least.tables;
  return [
    [`${tables} times the tables: time`, factor('planMs')],
    [`${tables} times the tables: memory`, factor('peakBytes')],
    [`${tables} times the tables: queries`, `${most.queries - least.queries} more`],
  ] as const;
}

function of(runs: readonly DryRun[], name: keyof DryRun): Spread {
  return spreadOf(runs.map((run) => run[name]));
}
