import type { Session } from './session.ts';

/**
 * Reads a counter of WAL bytes, before and after a command on the session that runs it.
 * From version 18 on it counts what this backend has written; below, it is the position in
 * the WAL, so that the difference also has what others wrote meanwhile: never less than
 * the truth.
 */
export async function readWalBytes(
  session: Session,
  versionNumber: number,
): Promise<number> {
  const countsBackends = versionNumber >= 180_000;
  // A backend writes its counters once a second at most, unless it is asked to.
  if (countsBackends) await session.query('select pg_stat_force_next_flush()');
  const counter = countsBackends
    ? '(pg_stat_get_backend_wal(pg_backend_pid())).wal_bytes'
    : `pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')`;
  const [row] = await session.query<{ bytes: number }>(
    `select ${counter}::float8 as bytes`,
  );
  return row?.bytes ?? 0;
}
