import { formatSeconds } from '../core/units.ts';
import type { Database } from './database.ts';

/** The modes that keep VACUUM and ANALYZE out. */
const inTheWay = [
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
];

/**
 * Says who holds a lock on a table, for people: one that keeps VACUUM and ANALYZE out, or
 * for a command that needs the table for itself any lock at all. Null where nobody does.
 */
export async function describeLockHolders(
  database: Database,
  tableOid: number,
  needsTableForItself: boolean,
): Promise<string | null> {
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
  and (l.mode = any($2) or $3)
order by a.pid, l.mode`,
    [tableOid, inTheWay, needsTableForItself],
  );
  if (holders.length === 0) return null;
  return holders
    .map(({ pid, user, application, state, seconds, mode }) => {
      const who = [application, user && `user ${user}`, state].filter(Boolean).join(', ');
      const since = seconds === null ? '' : ` for ${formatSeconds(seconds)}`;
      return `pid ${pid} (${who || 'unknown'}) holds ${mode}${since}`;
    })
    .join('; ');
}

/** Said of a lock that was in the way, and is gone by the time somebody looks. */
export const holderIsGone = 'whoever held the lock has let it go since';

/** Says the same of a table that was locked a moment ago. */
export async function whoLocked(
  database: Database,
  tableOid: number,
  needsTableForItself: boolean,
): Promise<string> {
  return (
    (await describeLockHolders(database, tableOid, needsTableForItself)) ?? holderIsGone
  );
}
