import type { Database } from './database.ts';

/** Says who waits for a lock that a backend holds, for people; null where nobody does. */
export async function waiterOn(database: Database, pid: number): Promise<string | null> {
  // Locks are shown to everybody; what others do, only to members of pg_read_all_stats.
  const [waiter] = await database.query<{ pid: number; application: string | null }>(
    `\
select l.pid, a.application_name as application
from pg_locks l left join pg_stat_activity a using (pid)
where not l.granted and $1 = any(pg_blocking_pids(l.pid)) limit 1`,
    [pid],
  );
  if (!waiter) return null;
  return `pid ${waiter.pid} (${waiter.application || 'unknown application'}) waited for its lock`;
}
