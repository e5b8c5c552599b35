import type { Session } from '../../postgres/session.ts';

/**
 * The role's own search path, while its triggers and the conditions of policies are at work:
 * they name tables and functions as their authors do. What the server itself has comes first
 * in any case, and the catalog is not read meanwhile: nobody can put himself in its place.
 */
const ownPath = ['search_path'];

/**
 * Tables are read only in the way that we say: along an index or by ranges of pages. What the
 * planner guesses would be right on the average, and one wrong guess would read a whole table
 * for each batch.
 */
const planner = ['enable_seqscan', 'enable_sort', 'enable_bitmapscan', 'jit'];

/** Does something that runs what users have written, and is planned as usual. */
export function inOwnPath<Value>(
  session: Session,
  work: () => Promise<Value>,
): Promise<Value> {
  return within(session, false, work);
}

/** Does something range by range. */
export function rangeByRange<Value>(
  session: Session,
  work: () => Promise<Value>,
): Promise<Value> {
  return within(session, true, work);
}

async function within<Value>(
  session: Session,
  isRanged: boolean,
  work: () => Promise<Value>,
): Promise<Value> {
  await session.query(
    `\
select set_config(name, case when name = any($1)
  then case when reset_val ~ '(^|,) *"?pg_catalog' then 'pg_catalog, ' else '' end || reset_val
  else 'off' end, false)
from pg_settings where name = any($1) or name = any($2)`,
    [ownPath, isRanged ? planner : []],
  );
  try {
    return await work();
  } finally {
    await session
      .query(
        `\
select pg_catalog.set_config(name,
  case when name = any($1) then 'pg_catalog' else reset_val end, false)
from pg_catalog.pg_settings where name = any($1) or name = any($2)`,
        [ownPath, isRanged ? planner : []],
      )
      .catch(() => session.destroy());
  }
}
