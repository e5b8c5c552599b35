import { type Finding, finding } from '../../core/finding.ts';
import { formatBytes } from '../../core/units.ts';
import type { Database } from '../../postgres/database.ts';
import { isLeftoverOf, type LeftoverKind, leftoverKind } from './leftover-names.ts';
import type { Memory } from './memory.ts';

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
  readonly bytes: number;
  /** Whether somebody builds or rebuilds it. */
  readonly isLocked: boolean;
  /** Whether somebody does something on its table that may be just that. */
  readonly isTableLocked: boolean;
  readonly mayDrop: boolean;
  /** The other indexes of its table. */
  readonly siblings: readonly { readonly oid: number; readonly name: string }[];
}

/** An invalid index that a rebuild has left. */
export interface Leftover extends InvalidIndex {
  readonly kind: LeftoverKind;
  /** The oids of the indexes of which it may be: names that are cut can be the same. */
  readonly ofOids: readonly number[];
  /** The name of the first of these. */
  readonly ofName: string;
}

/**
 * Reads the indexes that are marked invalid. That of a partitioned table is none: it is so
 * until each partition has its own. Who rebuilds an index holds a lock on it that nobody
 * else takes, and on its table one that otherwise only VACUUM and DDL take.
 *
 * @param tableOid of one table only; null for all
 */
export async function readInvalidIndexes(
  database: Pick<Database, 'query'>,
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
), building as materialized (
  select relid, index_relid from pg_stat_progress_create_index
  where datname = current_database()
)
select x.oid::int8 as oid, format('%I.%I', n.nspname, x.relname) as id, x.relname as name,
  c.oid::int8 as "tableOid", format('%I.%I', tn.nspname, c.relname) as "tableId",
  i.indisready as "isReady", i.indisunique as "isUnique", case when x.oid in (select relation from holding) then 0
    else pg_relation_size(x.oid) end as bytes,
  pg_has_role(x.relowner, 'usage') as "mayDrop",
  x.oid in (select relation from holding)
    or x.oid in (select index_relid from building) as "isLocked",
  c.oid in (select relation from holding)
    or c.oid in (select relid from building) as "isTableLocked",
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

/** The leftover of a rebuild that an invalid index is by its name; null where it is none. */
export function asLeftover(index: InvalidIndex): Leftover | null {
  const kind = leftoverKind(index.name);
  const bases = index.siblings.filter(({ name }) => isLeftoverOf(index.name, name));
  const [base] = bases;
  if (!kind || !base) return null;
  // The old index keeps its oid when the new one takes over its name.
  const ofOids = kind === 'ccold' ? [index.oid] : bases.map(({ oid }) => oid);
  return { ...index, kind, ofOids, ofName: base.name };
}

/** Whether a run that kept this memory has left it, and nobody else before. */
export function isOurs({ oid, ofOids }: Leftover, memory: Memory): boolean {
  const isRecorded = ofOids.some((one) => memory.indexes.includes(one));
  return isRecorded && !memory.others.includes(oid);
}

/** The command that drops an index without locking its table. */
export function dropCommand({ id }: Pick<InvalidIndex, 'id'>): string {
  return `DROP INDEX CONCURRENTLY ${id}`;
}

/** Reports a leftover that is still there. */
export function leftoverFinding(
  leftover: Leftover,
  details: { severity?: 'low'; why: string },
): Finding {
  const { id, ofName, kind, tableId, isReady, bytes } = leftover;
  const cost = isReady ? ', and every write to the table maintains it' : '';
  const end =
    kind === 'ccold'
      ? 'The rebuild itself has succeeded.'
      : 'The index that was to be rebuilt is still in use.';
  return finding(
    'invalid-index-leftover',
    id,
    `A rebuild of ${ofName} on ${tableId} has left ${id} (${formatBytes(bytes)})${cost}. ${end} ${details.why}`,
    {
      ...(details.severity && { severity: details.severity }),
      remedy: `Run: ${dropCommand(leftover)}`,
    },
  );
}

/** Reports a leftover of ours that could not be dropped. */
export function stillThere([leftover, error]: [Leftover, string]): Finding {
  return leftoverFinding(leftover, {
    why: leftover.mayDrop
      ? `It could not be dropped: ${error}. The next run tries again, if it has the maintenance log to know it by.`
      : 'Only its owner may drop it.',
  });
}

/** Reports that nobody could look whether a rebuild has left anything. */
export function unknownLeftover(
  { id, table }: { id: string; table: { id: string } },
  error: string,
): Finding {
  return finding(
    'not-checked',
    id,
    `Whether the rebuild of ${id} has left an invalid index on ${table.id} could not be looked up: ${error}.`,
    {
      remedy: `Look for an invalid index of ${table.id} whose name ends in _ccnew or _ccold, and drop it with DROP INDEX CONCURRENTLY.`,
    },
  );
}

/** Reports an invalid index that no rebuild has left. */
export function foreignFinding({ id, tableId, isUnique }: InvalidIndex): Finding {
  const unique = isUnique ? ' It is to be unique, and does not keep duplicates out.' : '';
  const rebuild = `reindex index concurrently ${id}`;
  return finding(
    'invalid-index-foreign',
    id,
    `The index ${id} of ${tableId} is invalid, as a CREATE INDEX CONCURRENTLY that failed leaves it.${unique} It was not touched.`,
    {
      remedy: isUnique
        ? `Remove the duplicates, then run: ${rebuild}; or run: drop index concurrently ${id}`
        : `Run: ${rebuild}; or: drop index concurrently ${id}`,
    },
  );
}
