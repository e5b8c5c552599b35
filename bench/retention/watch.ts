import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

const pollMs = 50;

/** The sessions of the client: those of the rig, the reader and the foreground have names. */
export const ownSessions = `backend_type = 'client backend'
  and application_name not in ('test', 'report', 'pgbench')`;

/** What was seen of a client's transactions, each 50 ms. */
export interface Seen {
  readonly longestSeconds: number;
  /** What was at work in the longest one. */
  readonly longestQuery: string;
  /** Seconds since the transaction began with the oldest snapshot that was held. */
  readonly oldestSnapshotSeconds: number;
}

/** Looks at the client's transactions until it is over. */
export async function watch(
  watcher: pg.Client,
  isOver: () => boolean,
  look: () => void,
): Promise<Seen> {
  let seen: Seen = { longestSeconds: 0, longestQuery: '', oldestSnapshotSeconds: 0 };
  while (!isOver()) {
    const { rows } = await watcher.query(`select
        extract(epoch from clock_timestamp() - xact_start)::float8 as seconds,
        backend_xmin is not null as holds, query
      from pg_stat_activity where ${ownSessions} and xact_start is not null`);
    for (const { seconds, holds, query } of rows) {
      if (seconds > seen.longestSeconds) {
        seen = { ...seen, longestSeconds: seconds, longestQuery: query };
      }
      if (holds && seconds > seen.oldestSnapshotSeconds) {
        seen = { ...seen, oldestSnapshotSeconds: seconds };
      }
    }
    look();
    await delay(pollMs);
  }
  return seen;
}

/** Waits until the client's sessions are gone; tells after how many seconds. */
export async function sessionsGone(watcher: pg.Client): Promise<number> {
  const begun = performance.now();
  const sql = `select from pg_stat_activity where ${ownSessions}`;
  while ((await watcher.query(sql)).rowCount) await delay(20);
  return (performance.now() - begun) / 1000;
}
