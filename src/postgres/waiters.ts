import type { Database } from './database.ts';

/** Says who waits for a lock that a backend holds, for people; null where nobody does. */
export async function waiterOn(database: Database, pid: number): Promise<string | null> {
  const [waiter] = await database.query<{ pid: number; application: string }>(
    `\
select pid, application_name as application from pg_stat_activity
where wait_event_type = 'Lock' and $1 = any(pg_blocking_pids(pid)) limit 1`,
    [pid],
  );
  if (!waiter) return null;
  return `pid ${waiter.pid} (${waiter.application || 'unknown application'}) waited for its lock`;
}
