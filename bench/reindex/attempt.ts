import type pg from 'pg';
import type { AtWork, Client, Ended } from '../clients.ts';
import { database, type Pristine } from '../pristine.ts';
import { indexSizes, leftovers } from './index-sizes.ts';

/** What happens while a client is at work. */
export interface Fault {
  readonly windowMs?: number;
  /** Beforehand. */
  prepare?(open: () => Promise<pg.Client>): Promise<unknown>;
  /** In the middle: may kill the client. */
  during?(client: AtWork, open: () => Promise<pg.Client>): Promise<unknown>;
  /** Once the client is gone, before it is looked what is left. */
  afterwards?(open: () => Promise<pg.Client>): Promise<unknown>;
  /** Sweeps up after a client that was killed, where it has a way to. */
  readonly sweep?: (port: number, killed: Ended) => Promise<unknown>;
}

/** What a client has made of a fresh copy. */
export interface Attempt extends Ended {
  /** From the start of the process to its end. */
  readonly seconds: number;
  readonly walBytes: number;
  readonly reclaimedBytes: number;
  /** The indexes that have another file than before. */
  readonly rebuilt: readonly string[];
  readonly left: readonly string[];
  /** Whether the server was still at work for it some seconds after it was gone. */
  readonly isOrphaned: boolean;
}

/** So long a server may go on without its client before that counts. */
const orphanMs = 4000;

/** A client that does not end by itself is ended after so long. */
export const patienceMs = 20_000;

/** Lets a client work on a fresh copy, and looks at what it has done. */
export async function attempt(
  pristine: Pristine,
  client: Client,
  fault: Fault = {},
): Promise<Attempt> {
  await using cluster = await pristine.start();
  const open = () => cluster.connect({ database });
  const watcher = await open();
  await fault.prepare?.(open);
  const foreign = await leftovers(watcher);
  const before = await indexSizes(watcher);
  await watcher.query('checkpoint');
  const lsnBefore = (
    await watcher.query('select pg_current_wal_insert_lsn()::text as lsn')
  ).rows[0].lsn;
  const begun = performance.now();
  const running = client.start({
    port: cluster.port,
    user: 'postgres',
    password: '',
    ...(fault.windowMs && { windowMs: fault.windowMs }),
  });
  const impatience = setTimeout(() => running.kill(), patienceMs);
  await fault.during?.(running, open);
  const ended = await running.ended;
  clearTimeout(impatience);
  const seconds = (performance.now() - begun) / 1000;
  const wal = await watcher.query(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '${lsnBefore}')::float8 as bytes`,
  );
  const isOrphaned = !(await backendsGone(watcher, orphanMs));
  await fault.afterwards?.(open);
  await backendsGone(watcher, 10_000);
  await fault.sweep?.(cluster.port, ended);
  const after = await indexSizes(watcher);
  const all = await leftovers(watcher);
  const sizeOf = (files: Awaited<ReturnType<typeof indexSizes>>) =>
    [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    ...ended,
    seconds,
    walBytes: wal.rows[0].bytes,
    reclaimedBytes: sizeOf(before) - sizeOf(after),
    rebuilt: [...before]
      .filter(([name, { file }]) => after.get(name)?.file !== file)
      .map(([name]) => name),
    left: all.filter((name) => !foreign.includes(name)),
    isOrphaned,
  };
}

/** A backend whose client is gone may still be at work; tells whether it ends in time. */
async function backendsGone(watcher: pg.Client, timeoutMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + timeoutMs;
  // The sessions of the rig call themselves so.
  const sql = `select from pg_stat_activity
    where backend_type = 'client backend' and application_name not in ('test', 'report')`;
  while ((await watcher.query(sql)).rowCount) {
    if (performance.now() > giveUpAt) return false;
  }
  return true;
}
