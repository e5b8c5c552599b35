import type pg from 'pg';
import { ensureBuilt } from '../scripts/demo/built-action.ts';
import { builtAction, type Client, installed, peer } from './clients.ts';
import { count, megabytes, seconds } from './figures.ts';
import { compared, spreadOf } from './measure.ts';
import { printHeading, printPart, times } from './print.ts';
import { makePristine, type Pristine, postgresVersion, runAll } from './pristine.ts';
import { type Attempt, attempt } from './vacuum/attempt.ts';
import { faultCases, runCase } from './vacuum/faults.ts';
import { cleanCount, createSql, dirtySql, keeper, needyTables } from './vacuum/tables.ts';

const rounds = 5;

const action = builtAction('vacuum');

/** What PostgreSQL has for the purpose: the baseline. */
const vacuumdb = peer('vacuumdb', ['-z', '-j2']);

/** The command of the runbook. */
const runbook = peer('psql', ['-X', '-c', 'VACUUM ANALYZE']);

/** What a peer cannot do: it does not freeze before the server would force it. */
const beyondPeers = 'freezing';

type Attempts = Map<Client, Attempt[]>;

/** Measures `vacuum` against the runbook and vacuumdb, in order and with faults. */
export async function bench(): Promise<void> {
  printHeading('Vacuuming what needs it', 'vacuum');
  await ensureBuilt();
  const clients = installed([action, vacuumdb, runbook]);
  await using pristine = await makePristine(fill, keeper);
  const size = `${(pristine.bytes / 1e6).toFixed(0)} MB`;
  const title = `PostgreSQL ${postgresVersion}, ${needyTables.length} needy and ${cleanCount} clean tables, ${size}; ${rounds} runs each, interleaved, each on a fresh copy`;
  const attempts: Attempts = new Map(clients.map((client) => [client, []]));
  await printPart(title, () => measure(pristine, attempts));
  const baseline = attempts.get(vacuumdb) ?? attempts.get(action) ?? [];
  const half = spreadOf(baseline.map((made) => made.seconds)).median / 2;
  for (const one of faultCases(Math.round(half * 1000))) {
    await printPart(`Fault: ${one.title}`, () => runCase(one, clients, pristine));
  }
}

async function fill(open: () => Promise<pg.Client>): Promise<void> {
  await runAll(open, createSql, `set role ${keeper.user}`);
  const client = await open();
  await client.query('vacuum (analyze)');
  for (const sql of dirtySql) await client.query(sql);
  await client.query('select pg_stat_force_next_flush()');
  await client.query('select 1');
}

async function measure(pristine: Pristine, attempts: Attempts) {
  for (let round = 0; round < rounds; round++) {
    for (const [client, made] of attempts) made.push(await attempt(pristine, client));
  }
  const rows = [...attempts].flatMap(([client, made]) => figures(client, made, attempts));
  return [...rows, ...goals(attempts)];
}

function figures({ name }: Client, made: readonly Attempt[], all: Attempts) {
  const baseline = all.get(vacuumdb) ?? [];
  const ratio = (of: (one: Attempt) => number) =>
    baseline.length > 0 && baseline !== made
      ? `, ${times(compared(made.map(of), baseline.map(of), (a, b) => a / b))} of vacuumdb`
      : '';
  const spread = (of: (one: Attempt) => number) => spreadOf(made.map(of));
  const process = (one: Attempt) => one.seconds;
  const wal = (one: Attempt) => one.walBytes;
  const frozen = made.filter(({ cleanAfter }) => cleanAfter.has(beyondPeers));
  return [
    [`${name}: needy clean but for ${beyondPeers}`, withRatio(othersClean)],
    [`${name}: ${beyondPeers} frozen in`, `${frozen.length} of ${made.length} runs`],
    [`${name}: all needy clean`, seconds(spread(allClean))],
    [`${name}: the whole process`, withRatio(process)],
    [`${name}: WAL`, megabytes(spread(wal)) + ratio(wal)],
    [`${name}: pages of clean tables`, count(spread(({ cleanPages }) => cleanPages))],
  ] as const;

  function withRatio(of: (one: Attempt) => number): string {
    return seconds(spread(of)) + ratio(of);
  }
}

function goals(attempts: Attempts) {
  const ours = attempts.get(action) ?? [];
  const theirs = attempts.get(vacuumdb) ?? [];
  const pages = Math.max(...ours.map(({ cleanPages }) => cleanPages));
  const verdict = (reached: boolean) => (reached ? 'reached' : 'missed');
  const none = ['goal: no page of a clean table', verdict(pages === 0)] as const;
  if (theirs.length === 0) return [none];
  // Against ourselves: we have a table more to do than what vacuumdb is timed for.
  const [all, five] = [ours.map(allClean), theirs.map(othersClean)];
  const share = compared(all, five, (a, b) => a / b);
  const half = `${times(share)}, ${verdict(share.median <= 0.5)}`;
  return [['goal: all six in half of its time for five', half] as const, none];
}

function othersClean(made: Attempt): number {
  return latest(
    made,
    needyTables.filter((name) => name !== beyondPeers),
  );
}

function allClean(made: Attempt): number {
  return latest(made, needyTables);
}

/** Infinite where one of them was never clean. */
function latest({ cleanAfter }: Attempt, names: readonly string[]): number {
  return Math.max(
    ...names.map((name) => cleanAfter.get(name) ?? Number.POSITIVE_INFINITY),
  );
}
