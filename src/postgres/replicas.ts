import type { Database } from './database.ts';

/** How many standbys stream from this server. */
export async function countStandbys(database: Database): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    'select count(*)::int as count from pg_stat_replication',
  );
  return row?.count ?? 0;
}

/**
 * Measures how far the standbys are behind. `replay_lag` of the server stands still while a
 * standby replays nothing at all; so the time since our own first look at a position that
 * a standby has not replayed yet counts as well.
 */
export class ReplicaLag {
  readonly #database: Database;
  readonly #looks: { timeMs: number; position: number }[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** The greatest lag in milliseconds; null where our role may not know. */
  async measureMs(): Promise<number | null> {
    const rows = await this.#database.query<{
      position: number;
      replayed: number | null;
      lagMs: number | null;
    }>(`\
select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as position,
  pg_wal_lsn_diff(replay_lsn, '0/0')::float8 as replayed,
  (extract(epoch from replay_lag) * 1000)::float8 as "lagMs"
from pg_stat_replication`);
    const [first] = rows;
    if (!first) return 0;
    const nowMs = Date.now();
    this.#looks.push({ timeMs: nowMs, position: first.position });
    if (rows.some(({ replayed }) => replayed === null)) return null;
    return Math.max(
      ...rows.map(({ replayed, lagMs }) =>
        Math.max(lagMs ?? 0, this.#waitedMs(replayed ?? 0, nowMs)),
      ),
    );
  }

  /** Since when a position was written that is still not replayed. */
  #waitedMs(replayed: number, nowMs: number): number {
    const waiting = this.#looks.find(({ position }) => position > replayed);
    return waiting ? nowMs - waiting.timeMs : 0;
  }
}
