import { formatSeconds } from '../core/units.ts';
import type { Database } from './database.ts';

/** Says who holds a lock on a table that keeps VACUUM and ANALYZE out, for people. */
export async function describeLockHolders(
  database: Database,
  tableOid: number,
): Promise<string> {
  const holders = await database.query<{
    pid: number;
    user: string | null;
    application: string | null;
    state: string | null;
    seconds: number | null;
    mode: string;
  }>(
    `\
select distinct on (a.pid) a.pid, a.usename::text as user, a.application_name as application,
  coalesce(a.state, a.backend_type) as state, l.mode,
  extract(epoch from clock_timestamp() - a.xact_start)::float8 as seconds
from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'relation' and l.relation = $1 and l.granted
  and l.database = (select oid from pg_database where datname = current_database())
  and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
    'ExclusiveLock', 'AccessExclusiveLock')
order by a.pid, l.mode`,
    [tableOid],
  );
  if (holders.length === 0) return 'whoever held the lock has let it go since';
  return holders
    .map(({ pid, user, application, state, seconds, mode }) => {
      const who = [application, user && `user ${user}`, state].filter(Boolean).join(', ');
      const since = seconds === null ? '' : ` for ${formatSeconds(seconds)}`;
      return `pid ${pid} (${who || 'unknown'}) holds ${mode}${since}`;
    })
    .join('; ');
}
