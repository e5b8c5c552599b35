import { type Finding, finding } from '../core/finding.ts';
import type { Database } from './database.ts';

/** An index that is marked invalid. */
export interface InvalidIndex {
  readonly oid: number;
  readonly id: string;
  readonly name: string;
  readonly tableOid: number;
  readonly tableId: string;
  /** Whether every write maintains it. */
  readonly isReady: boolean;
  readonly isUnique: boolean;
  /** 0 where somebody keeps all others out, so that asking would wait. */
  readonly bytes: number;
  /** Whether somebody builds or rebuilds it. */
  readonly isLocked: boolean;
  /** Whether somebody builds or rebuilds an index of its table. */
  readonly isBeingBuilt: boolean;
  /** Whether somebody does something on its table that may be just that. */
  readonly isTableLocked: boolean;
  readonly mayDrop: boolean;
  /** The other indexes of its table. */
  readonly siblings: readonly { readonly oid: number; readonly name: string }[];
}

/**
 * Reads the indexes that are marked invalid. That of a partitioned table is none: it is so
 * until each partition has its own. Who rebuilds an index holds a lock on it that nobody
 * else takes, and on its table one that otherwise only VACUUM and DDL take.
 *
 * @param tableOid of one table only; null for all
 */
export async function readInvalidIndexes(
  database: Database,
  tableOid: number | null = null,
): Promise<InvalidIndex[]> {
  return database.query<InvalidIndex & Record<string, unknown>>(
    `\
with holding as materialized (
  select relation from pg_locks
  where locktype = 'relation' and granted and pid is distinct from pg_backend_pid()
    and database = (select oid from pg_database where datname = current_database())
    and mode in ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
      'ExclusiveLock', 'AccessExclusiveLock')
), exclusive as materialized (
  -- Also who only waits for such a lock would keep us waiting.
  select relation from pg_locks where locktype = 'relation' and mode = 'AccessExclusiveLock'
    and database = (select oid from pg_database where datname = current_database())
), building as materialized (
  select relid, index_relid from pg_stat_progress_create_index
  where datname = current_database()
)
select x.oid::int8 as oid, format('%I.%I', n.nspname, x.relname) as id, x.relname as name,
  c.oid::int8 as "tableOid", format('%I.%I', tn.nspname, c.relname) as "tableId",
  i.indisready as "isReady", i.indisunique as "isUnique",
  case when x.oid in (select relation from exclusive) then 0
    else pg_relation_size(x.oid) end as bytes,
  pg_has_role(x.relowner, 'usage') as "mayDrop",
  x.oid in (select relation from holding)
    or x.oid in (select index_relid from building) as "isLocked",
  c.oid in (select relation from holding)
    or c.oid in (select relid from building) as "isTableLocked",
  c.oid in (select relid from building) as "isBeingBuilt",
  (
    select coalesce(jsonb_agg(jsonb_build_object('oid', s.oid::int8, 'name', s.relname)), '[]')
    from pg_index si join pg_class s on s.oid = si.indexrelid
    where si.indrelid = i.indrelid and s.oid <> x.oid
  ) as siblings
from pg_index i
  join pg_class x on x.oid = i.indexrelid
  join pg_namespace n on n.oid = x.relnamespace
  join pg_class c on c.oid = i.indrelid
  join pg_namespace tn on tn.oid = c.relnamespace
where not i.indisvalid and x.relkind = 'i' and x.relpersistence <> 't'
  and ($1::int8 is null or i.indrelid = $1)
order by 2`,
    [tableOid],
  );
}

/** Finds indexes that were left invalid. One of a table that is being indexed is none. */
export async function invalidIndexFindings(database: Database): Promise<Finding[]> {
  const invalid = await readInvalidIndexes(database);
  return invalid
    .filter(({ isBeingBuilt }) => !isBeingBuilt)
    .map(({ id, tableId }) =>
      finding('invalid-index', id, `The index ${id} of ${tableId} is invalid.`, {
        remedy: `Run: reindex index concurrently ${id}; or: drop index concurrently ${id}`,
      }),
    );
}
