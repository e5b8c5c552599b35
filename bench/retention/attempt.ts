import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Client, Ended } from '../clients.ts';
import { database } from '../pristine.ts';
import { type Counters, counters, type Events, type Gone, gone } from './events.ts';
import { type Slice, startForeground } from './foreground.ts';
import { type Seen, sessionsGone, watch } from './watch.ts';

const warmUpMs = 2000;
const idleMs = 4000;

/** Under what a client works. */
export interface Conditions {
  /** Whether somebody holds a snapshot all the time. */
  readonly hasReader?: boolean;
  /** Transactions a second of the foreground; without it there is none. */
  readonly rate?: number;
  /** Kills the client after so long. */
  readonly limitMs?: number;
}

/** What a client has made of a fresh copy. */
export interface Attempt extends Ended, Seen {
  /** From the start of the process to its end, or until it was killed. */
  readonly seconds: number;
  readonly isKilled: boolean;
  readonly gone: Gone;
  /** Without the foreground's. */
  readonly entries: number;
  readonly fetched: number;
  readonly walBytes: number;
  /** Of the foreground, right before the client's start and during its work. */
  readonly idle: Slice | null;
  readonly busy: Slice | null;
}

/** Lets a client work on a fresh copy, among others where there are any. */
export async function attempt(
  events: Events,
  client: Client,
  { hasReader, rate, limitMs }: Conditions = {},
): Promise<Attempt> {
  await using cluster = await events.start();
  const watcher = await cluster.connect({ database });
  if (hasReader) await holdSnapshot(await cluster.connect({ database }));
  await watcher.query('checkpoint');
  const before = await counters(watcher);
  const foreground = rate ? startForeground(cluster, events.table, rate, watcher) : null;
  if (foreground) await delay(warmUpMs);
  const [idleLsn, idleFrom] = [await currentLsn(watcher), Date.now()];
  if (foreground) await delay(idleMs);

  const [lsn, from] = [await currentLsn(watcher), Date.now()];
  const running = client.start({ port: cluster.port, user: 'postgres', password: '' });
  let isOver = false;
  const ended = running.ended.finally(() => {
    isOver = true;
  });
  let isKilled = false;
  const seen = await watch(
    watcher,
    () => isOver,
    () => {
      if (isKilled || !limitMs || Date.now() - from < limitMs) return;
      isKilled = true;
      running.kill();
    },
  );
  const end = await ended;
  const [endLsn, to] = [await currentLsn(watcher), Date.now()];

  await sessionsGone(watcher);
  const others = await foreground?.stop([
    [idleFrom, from],
    [from, to],
  ]);
  const [idle = null, busy = null] = others?.slices ?? [];
  const after = await counters(watcher);
  const perInsert = idle
    ? (await walBetween(watcher, idleLsn, lsn)) / Math.max(1, idle.inserts)
    : 0;
  return {
    ...end,
    ...seen,
    seconds: (to - from) / 1000,
    isKilled,
    gone: await gone(watcher, events.table),
    ...withoutReads(before, after, others?.reads ?? 0),
    walBytes: (await walBetween(watcher, lsn, endLsn)) - perInsert * (busy?.inserts ?? 0),
    idle,
    busy,
  };
}

/** Each read of the foreground takes one entry of an index, and the row to it. */
function withoutReads(before: Counters, after: Counters, reads: number) {
  return {
    entries: after.entries - before.entries - reads,
    fetched: after.fetched - before.fetched - reads,
  };
}

async function holdSnapshot(reader: pg.Client): Promise<void> {
  await reader.query(`set application_name = 'report'`);
  await reader.query('begin isolation level repeatable read');
  await reader.query('select from events limit 1');
}

async function currentLsn(watcher: pg.Client): Promise<string> {
  const { rows } = await watcher.query('select pg_current_wal_insert_lsn()::text as lsn');
  return rows[0].lsn;
}

async function walBetween(
  watcher: pg.Client,
  begin: string,
  end: string,
): Promise<number> {
  const sql = 'select pg_wal_lsn_diff($2, $1)::float8 as bytes';
  return (await watcher.query(sql, [begin, end])).rows[0].bytes;
}
