import type { Database } from '../../postgres/database.ts';
import type { NamedObject } from '../../postgres/name-filter.ts';
import { mayReindexSql } from '../../postgres/privileges.ts';
import { hypertablesSql } from './hypertables.ts';

/** An index, as it stands before the plan. */
export interface Index {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** As `format('%I.%I')` quotes it. */
  readonly id: string;
  /** `I`: of a partitioned table, without storage of its own. */
  readonly kind: 'i' | 'I';
  /** `btree`, `gin`, … */
  readonly method: string;
  readonly table: IndexedTable;
  readonly isUnique: boolean;
  readonly isPartial: boolean;
  /** Whether it backs an exclusion constraint. */
  readonly isExclusion: boolean;
  readonly isValid: boolean;
  /** Of the file; null where somebody has locked it, so that asking would wait. */
  readonly bytes: number | null;
  /** Rows in the index, scaled to what the table has grown to; null where never counted. */
  readonly rows: number | null;
  /** 0–1, as a build fills its leaf pages. */
  readonly fillfactor: number;
  readonly mayDeduplicate: boolean;
  /** Whether our role may use its schema: in `pg_toast` only superusers may, as a rule. */
  readonly mayName: boolean;
  /** Whether our role may drop what a broken-off rebuild of it leaves: only its owner may. */
  readonly mayDrop: boolean;
  /** Index scans since the counters began. */
  readonly scans: number;
  /** The indexes of partitioned tables that it belongs to. */
  readonly parents: readonly number[];
  readonly tablespaceOid: number;
}

/** The table of an index: an ordinary one, a partition, or a TOAST table. */
export interface IndexedTable {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly id: string;
  /** The table that a TOAST table belongs to; else the table itself. */
  readonly ownerOid: number;
  readonly ownerId: string;
  readonly bytes: number;
  readonly isCatalog: boolean;
  readonly isHypertable: boolean;
  readonly mayReindex: boolean;
  readonly owner: string;
  readonly ownerIsSuperuser: boolean;
  /** Rows that have died since the last vacuum; their entries are still in the indexes. */
  readonly deadTuples: number;
  readonly liveTuples: number;
  /** Rows inserted, updated and deleted since the counters began. */
  readonly writes: number;
  /** The share of the rows that has changed since somebody counted them. */
  readonly changedShare: number;
  /** Whether the server would force an anti-wraparound vacuum on it. */
  readonly isWraparoundDue: boolean;
}

/** A table by its names, and those that it is a partition or a chunk of. */
export interface NamedTable extends NamedObject {
  readonly oid: number;
  readonly parents: readonly number[];
}

type Row = Omit<Index, 'table'> & { readonly table: IndexedTable };

/**
 * Reads every index of the database in one query, without waiting for anybody: the size of
 * a file is not asked of an index or table that somebody has locked against all others.
 */
export async function readIndexes(database: Database): Promise<Index[]> {
  const { versionNumber } = database.server;
  return database.query<Row & Record<string, unknown>>(`\
with locked as materialized (
  select relation from pg_locks
  where locktype = 'relation' and mode = 'AccessExclusiveLock'
    and database in (0, (select oid from pg_database where datname = current_database()))
), sizes as materialized (
  select c.oid, case when c.oid in (select relation from locked) then null
    else pg_relation_size(c.oid) end as bytes
  from pg_class c where c.relkind in ('r', 'm', 't', 'i') and c.relpersistence <> 't'
), toasted as materialized (
  select b.reltoastrelid, b.oid, format('%I.%I', bn.nspname, b.relname) as id
  from pg_class b join pg_namespace bn on bn.oid = b.relnamespace
  where b.reltoastrelid <> 0
), hypertables as materialized (${await hypertablesSql(database)})
select x.oid::int8 as oid, n.nspname as schema, x.relname as name,
  format('%I.%I', n.nspname, x.relname) as id, x.relkind as kind, am.amname as method,
  i.indisunique as "isUnique", i.indpred is not null as "isPartial",
  i.indisexclusion as "isExclusion", i.indisvalid as "isValid",
  xs.bytes,
  case when c.relkind = 'p' or least(x.reltuples, c.reltuples) < 0 then null
    when c.relpages = 0 then case when cs.bytes = 0 then 0 end
    -- A GIN index counts its keys when it is built, and the rows when it is vacuumed.
    else case when am.amname = 'btree' then x.reltuples else c.reltuples end::float8 * coalesce(cs.bytes::float8 / ${blockSize} / c.relpages, 1)
  end as rows,
  coalesce((
    select option_value::float8 from pg_options_to_table(x.reloptions)
    where option_name = 'fillfactor'), 90) / 100 as fillfactor,
  coalesce((
    select option_value::bool from pg_options_to_table(x.reloptions)
    where option_name = 'deduplicate_items'), true) as "mayDeduplicate",
  has_schema_privilege(n.oid, 'usage') as "mayName",
  pg_has_role(x.relowner, 'usage') as "mayDrop",
  pg_stat_get_numscans(x.oid) as scans,
  ${parentsOf('x')} as parents,
  coalesce(nullif(x.reltablespace, 0), d.dattablespace)::int8 as "tablespaceOid",
  jsonb_build_object(
    'oid', c.oid::int8, 'schema', tn.nspname, 'name', c.relname,
    'id', format('%I.%I', tn.nspname, c.relname),
    'ownerOid', coalesce(tt.oid, c.oid)::int8,
    'ownerId', coalesce(tt.id, format('%I.%I', tn.nspname, c.relname)),
    'deadTuples', pg_stat_get_dead_tuples(c.oid),
    'liveTuples', greatest(0, c.reltuples),
    'bytes', coalesce(cs.bytes, c.relpages * ${blockSize}),
    -- As IsCatalogRelationOid: the tables that initdb made, and their TOAST tables.
    'isCatalog', c.oid < 16384,
    'isHypertable', h.oid is not null,
    'mayReindex', ${mayReindexSql(versionNumber)},
    'owner', o.rolname, 'ownerIsSuperuser', o.rolsuper,
    'writes', pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid)
      + pg_stat_get_tuples_deleted(c.oid),
    -- Both a vacuum and an analyze count the rows; nobody analyzes a TOAST table.
    'changedShare', least(1, least(
      pg_stat_get_ins_since_vacuum(c.oid) + pg_stat_get_dead_tuples(c.oid),
      case when c.relkind <> 't' then pg_stat_get_mod_since_analyze(c.oid) end
    ) / greatest(1, c.reltuples)),
    'isWraparoundDue', ${isWraparoundDueSql}
  ) as table
from pg_index i
  join pg_class x on x.oid = i.indexrelid
  join pg_namespace n on n.oid = x.relnamespace
  join pg_am am on am.oid = x.relam
  join pg_class c on c.oid = i.indrelid
  join pg_namespace tn on tn.oid = c.relnamespace
  join pg_roles o on o.oid = c.relowner
  join pg_database d on d.datname = current_database()
  left join sizes xs on xs.oid = x.oid
  left join sizes cs on cs.oid = c.oid
  left join hypertables h on h.oid = c.oid
  left join toasted tt on tt.reltoastrelid = c.oid
where x.relpersistence <> 't'
order by x.oid`);
}

/** Reads the names of all tables, also of those without an index. */
export async function readTables(database: Database): Promise<NamedTable[]> {
  return database.query<NamedTable & Record<string, unknown>>(`\
select c.oid::int8 as oid, n.nspname as schema, c.relname as name,
  format('%I.%I', n.nspname, c.relname) as id, ${parentsOf('c')} as parents
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'p') and c.relpersistence <> 't'`);
}

/** The SQL condition under which the server would force a vacuum of the table `c`. */
export const isWraparoundDueSql = `c.relkind <> 'p' and (
  age(c.relfrozenxid) > ${freezeMaxAge('autovacuum_freeze_max_age')}
  or mxid_age(c.relminmxid) > ${freezeMaxAge('autovacuum_multixact_freeze_max_age')})`;

const blockSize = `current_setting('block_size')::int8`;

/** A table can only lower the age at which it is due. */
function freezeMaxAge(name: string): string {
  return `least(current_setting('${name}')::int8, (
      select option_value::int8 from pg_options_to_table(c.reloptions)
      where option_name = '${name}'))`;
}

function parentsOf(alias: string): string {
  return `coalesce((
    select array_agg(r.inhparent::int8::float8) from pg_inherits r where r.inhrelid = ${alias}.oid
  ), '{}')`;
}
