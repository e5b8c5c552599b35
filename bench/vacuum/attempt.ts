import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Cluster } from '../../test/rig/postgres.ts';
import type { AtWork, Client, Order } from '../clients.ts';
import { database, type Pristine } from '../pristine.ts';
import { cleanPagesSql, needyTables, stateSql } from './tables.ts';

const pollMs = 20;

/** What goes wrong while a client is at work. */
export interface Fault {
  /** Over what it is told by default: to come as the superuser. */
  readonly order?: Partial<Order>;
  prepare?(cluster: Cluster): Promise<unknown>;
  /** Kills the client, so long after its first vacuum has begun. */
  readonly killAfterMs?: number;
}

/** What a client has made of a fresh copy. */
export interface Attempt {
  readonly code: number | null;
  readonly output: string;
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** From the start of the process on, for each needy table that is clean in the end. */
  readonly cleanAfter: ReadonlyMap<string, number>;
  readonly walBytes: number;
  readonly cleanPages: number;
  /** From the end of the client to that of its last backend; `null` if it outlasts us. */
  readonly goneAfterSeconds: number | null;
}

/** The longest that a backend without a client is waited for. */
export const patienceSeconds = 30;

/** Lets a client work on a fresh copy, and watches it through a session of its own. */
export async function attempt(
  pristine: Pristine,
  client: Client,
  fault: Fault = {},
): Promise<Attempt> {
  await using cluster = await pristine.start();
  const watcher = await cluster.connect({ database });
  await fault.prepare?.(cluster);
  await watcher.query('checkpoint');
  const already = await cleanTables(watcher);
  if (already.length > 0) throw new Error(`${already.join(', ')} need nothing`);
  const pagesBefore = await figure(watcher, cleanPagesSql);
  const lsnBefore = await currentLsn(watcher);
  const begun = performance.now();
  const running = client.start({
    port: cluster.port,
    user: 'postgres',
    password: '',
    ...fault.order,
  });
  const cleanAfter = new Map<string, number>();
  const look = async () => {
    for (const name of await cleanTables(watcher)) {
      if (!cleanAfter.has(name)) cleanAfter.set(name, secondsSince(begun));
    }
  };
  let seconds: number | null = null;
  const ended = running.ended.then((end) => {
    seconds = secondsSince(begun);
    return end;
  });
  const killed =
    fault.killAfterMs === undefined ? null : killLater(cluster, running, fault);
  while (seconds === null) {
    await look();
    await delay(pollMs);
  }
  const { code, output } = await ended;
  await killed;
  const goneAfterSeconds = await backendsGone(watcher);
  await look();
  const walSql = `select
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '${lsnBefore}')::float8`;
  return {
    code,
    output,
    seconds,
    cleanAfter,
    walBytes: await figure(watcher, walSql),
    cleanPages: (await figure(watcher, cleanPagesSql)) - pagesBefore,
    goneAfterSeconds,
  };
}

async function killLater(cluster: Cluster, running: AtWork, fault: Fault): Promise<void> {
  const observer = await cluster.connect({ database });
  const sql = 'select count(*)::float8 from pg_stat_progress_vacuum';
  while ((await figure(observer, sql)) === 0) await delay(pollMs);
  await delay(fault.killAfterMs);
  running.kill();
}

/** A backend also writes its counters only when it ends. */
async function backendsGone(watcher: pg.Client): Promise<number | null> {
  const begun = performance.now();
  // The sessions of the rig call themselves `test`.
  const sql = `select count(*)::float8 from pg_stat_activity
    where backend_type = 'client backend' and application_name <> 'test'`;
  while ((await figure(watcher, sql)) > 0) {
    if (secondsSince(begun) > patienceSeconds) return null;
    await delay(pollMs);
  }
  return secondsSince(begun);
}

async function cleanTables(watcher: pg.Client): Promise<string[]> {
  const { rows } = await watcher.query(stateSql, [needyTables]);
  return rows.filter(({ clean }) => clean).map(({ name }) => name);
}

async function currentLsn(watcher: pg.Client): Promise<string> {
  const { rows } = await watcher.query('select pg_current_wal_insert_lsn()::text as lsn');
  return rows[0].lsn;
}

async function figure(watcher: pg.Client, sql: string): Promise<number> {
  const { rows } = await watcher.query({ text: sql, rowMode: 'array' });
  const [value] = rows[0] ?? [];
  return value;
}

function secondsSince(begun: number): number {
  return (performance.now() - begun) / 1000;
}
