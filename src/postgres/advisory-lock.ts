import type { Session } from './session.ts';

/** The key of the suite's lock: "MBKM" in ASCII, whatever the task. */
const lockKey = { classId: 0x4d424b4d, objectId: 1 };

/**
 * Takes the lock of which each database has one: the session keeps it until it ends,
 * however it ends. False where another session has it.
 */
export async function takeSuiteLock(session: Session): Promise<boolean> {
  const [row] = await session.query<{ taken: boolean }>(
    'select pg_try_advisory_lock($1, $2) as taken',
    [lockKey.classId, lockKey.objectId],
  );
  return row?.taken === true;
}

/** Says who has the suite's lock, as far as our role may know. */
export async function lockHolderOf(session: Session): Promise<string> {
  const [holder] = await session.query<{
    pid: number;
    user: string;
    application: string;
  }>(
    `\
select a.pid, a.usename as user, a.application_name as application
from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and l.objsubid = 2
  and l.classid = $1 and l.objid = $2
  and l.database = (select oid from pg_database where datname = current_database())`,
    [lockKey.classId, lockKey.objectId],
  );
  if (!holder) return 'it ended just now';
  return `${holder.application || 'an unknown application'} (pid ${holder.pid}, user ${holder.user})`;
}
