import type { Session } from '../../postgres/session.ts';
import type { Cutoff } from './cutoff.ts';
import type { Part } from './parts.ts';
import type { PolicyTable } from './policy-table.ts';

type Queryable = Pick<Session, 'query'>;

/** The column by whose ranges a table is partitioned; null where it is so otherwise. */
export async function rangeColumn(
  database: Queryable,
  { oid }: Pick<PolicyTable, 'oid'>,
): Promise<number | null> {
  const [row] = await database.query<{ number: number }>(
    `\
select partattrs[0] as number from pg_partitioned_table
where partrelid = $1 and partstrat = 'r' and partnatts = 1 and partattrs[0] > 0`,
    [oid],
  );
  return row?.number ?? null;
}

/** Reads the direct partitions of a table, those that end first in front. */
export async function readPartitions(
  database: Queryable,
  { oid, column }: PolicyTable,
  cutoff: Cutoff,
): Promise<Part[]> {
  const type = column?.type ?? 'timestamptz';
  // The bounds are constants, which the server can only show as text.
  return database.query<Part & Record<string, unknown>>(
    `\
with partition as (
  select c.oid::int8 as oid, format('%I.%I', n.nspname, c.relname) as id, i.inhdetachpending,
    exists (select from pg_partition_tree(c.oid::regclass) t
      join pg_class leaf on leaf.oid = t.relid where leaf.relkind = 'f')
      or c.relkind = 'f' as is_foreign,
    array(select t.relid::int8 from pg_partition_tree(c.oid::regclass) t
      join pg_class leaf on leaf.oid = t.relid where t.isleaf and leaf.relkind = 'r') as heaps,
    pg_get_expr(c.relpartbound, c.oid) as bound
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
    join pg_namespace n on n.oid = c.relnamespace
  where i.inhparent = $1
), bounded as (
  select *, bound = 'DEFAULT' as is_default,
    (regexp_match(bound, 'FROM \\(''([^'']*)''\\)'))[1]::${type} as lower,
    (regexp_match(bound, 'TO \\(''([^'']*)''\\)'))[1]::${type} as upper
  from partition
)
select oid, id, heaps, bound, coalesce(is_default, false) as "isDefault",
  coalesce(upper <= ${cutoff.literal}, false) as "isExpired",
  coalesce(is_default, true) or (coalesce(upper > ${cutoff.literal}, true)
    and coalesce(lower < ${cutoff.literal}, true)) as "isStraddling",
  inhdetachpending as "isDetachPending", lower::text as lower, upper::text as upper,
  case when is_foreign then 'it has foreign tables' end as obstacle,
  case when is_foreign then 'it has foreign tables' end as "rowObstacle", false as "isCompressed"
from bounded order by upper nulls last, id`,
    [oid],
  );
}
