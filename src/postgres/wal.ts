/**
 * The SQL expression for a counter of WAL bytes, read before and after a command on the
 * session that runs it. From version 18 on it counts what this backend has written; below,
 * it is the position in the WAL, so that the difference also has what others wrote in the
 * meantime: never less than the truth.
 */
export function walCounterSql(versionNumber: number): string {
  return versionNumber >= 180_000
    ? '(pg_stat_get_backend_wal(pg_backend_pid())).wal_bytes::float8'
    : `pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8`;
}
