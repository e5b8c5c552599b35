import type { Session } from '../../postgres/session.ts';
import type { PolicyTable, TimeColumn } from './policy-table.ts';

/** A relation in which rows lie: a plain table, a partition, or a chunk. */
export interface Heap {
  readonly oid: number;
  /** Schema and name as the server quotes them. */
  readonly id: string;
  readonly pages: number;
  /** With its indexes and its TOAST table. */
  readonly bytes: number;
  /** As ANALYZE or VACUUM last counted them; null where neither has. */
  readonly estimatedRows: number | null;
  /** A B-tree of which the policy's column is the first one; null where there is none. */
  readonly index: string | null;
  /** How the rows lie in order of the column: 1 in order, 0 at random; null if unknown. */
  readonly correlation: number | null;
  /** Rows that share the most common time of the column; null if unknown. */
  readonly mostTiedRows: number | null;
  readonly rights: HeapRights;
}

/** What stands between our role and the rows of a relation. */
export interface HeapRights {
  /** The privileges that deleting needs and our role lacks: `select`, `update`, `delete`. */
  readonly missingPrivileges: readonly string[];
  /** Whether row security hides rows from our role. */
  readonly hidesRows: boolean;
  /** Whether rules rewrite a DELETE. */
  readonly hasDeleteRules: boolean;
  /** Enabled triggers that a DELETE fires, other than those of foreign keys. */
  readonly triggers: readonly string[];
}

/** SQL that makes a `HeapRights` of the relation `c` of `pg_class`. */
const rightsSql = `\
jsonb_build_object(
  'missingPrivileges', (select coalesce(jsonb_agg(wanted), '[]')
    from unnest('{select,update,delete}'::text[]) as wanted
    where not has_table_privilege(c.oid, wanted)),
  'hidesRows', row_security_active(c.oid),
  'hasDeleteRules', exists (
    select from pg_rewrite r where r.ev_class = c.oid and r.ev_type = '4'),
  'triggers', (select coalesce(jsonb_agg(t.tgname order by t.tgname), '[]')
    from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal
      and t.tgenabled in ('O', 'A') and t.tgtype & 8 > 0))`;

/** Reads the heaps with these oids, in the order given. Those that are gone are left out. */
export async function readHeaps(
  database: Pick<Session, 'query'>,
  oids: readonly number[],
  column: Pick<TimeColumn, 'name'>,
): Promise<Heap[]> {
  return database.query<Heap & Record<string, unknown>>(
    `\
select c.oid::int8 as oid, format('%I.%I', n.nspname, c.relname) as id,
  (pg_relation_size(c.oid) / current_setting('block_size')::int)::int8 as pages,
  pg_total_relation_size(c.oid)::int8 as bytes,
  case when c.reltuples >= 0 then (case when c.relpages = 0 then c.reltuples
      else c.reltuples / c.relpages
        * (pg_relation_size(c.oid) / current_setting('block_size')::int) end)::float8
    end as "estimatedRows",
  (select format('%I', x.relname)
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
    where i.indrelid = c.oid and i.indkey[0] = a.attnum and m.amname = 'btree'
      and i.indisvalid and i.indisready and i.indpred is null
    order by i.indnatts, x.relpages limit 1) as index,
  s.correlation::float8 as correlation,
  (greatest(s.most_common_freqs[1],
      case when s.n_distinct < 0 then -1 / s.n_distinct / nullif(c.reltuples, 0)
        when s.n_distinct > 0 then 1 / s.n_distinct end) * c.reltuples)::float8
    as "mostTiedRows",
  ${rightsSql} as rights
from unnest($1::int8[]) with ordinality as wanted (oid, place)
  join pg_class c on c.oid = wanted.oid::oid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = $2 and not a.attisdropped
  left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname
    and s.attname = a.attname and not s.inherited
order by place`,
    [oids, column.name],
  );
}

/** The oids of all relations in which rows of a table lie just now. */
export async function heapsOf(
  database: Pick<Session, 'query'>,
  { oid, kind }: Pick<PolicyTable, 'oid' | 'kind'>,
): Promise<number[]> {
  if (kind === 'plain') return [oid];
  // Chunks are children by inheritance; partitions may have partitions of their own.
  const sql =
    kind === 'hypertable'
      ? 'select inhrelid::int8 as oid from pg_inherits where inhparent = $1 order by 1'
      : `\
select c.oid::int8 as oid from pg_partition_tree($1::oid::regclass) t
  join pg_class c on c.oid = t.relid
where t.isleaf and c.relkind = 'r' order by c.relname`;
  const rows = await database.query<{ oid: number }>(sql, [oid]);
  return rows.map((row) => row.oid);
}
