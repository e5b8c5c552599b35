import type pg from 'pg';

/**
 * The bloat of B-trees by the estimate that most tools have copied from one another
 * (ioguix/pgsql-bloat-estimation): average widths padded to 8 bytes, one tuple a row, and no
 * notion of deduplication. Its arithmetic, not its text.
 */
export async function copiedEstimate(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ name: string; bloat: number }>(`
with stored as (
  select x.relname as name, x.relpages, x.reltuples,
    coalesce((
      select option_value::int from pg_options_to_table(x.reloptions)
      where option_name = 'fillfactor'), 90) as fillfactor,
    sum((1 - s.null_frac) * s.avg_width)::numeric as width
  from pg_index i
    join pg_class x on x.oid = i.indexrelid
    join pg_class c on c.oid = i.indrelid
    join pg_am am on am.oid = x.relam
    join pg_attribute a on a.attrelid = i.indexrelid
    join pg_stats s on s.schemaname = 'public' and not s.inherited
      and case when i.indkey[a.attnum - 1] = 0
        then s.tablename = x.relname and s.attname = a.attname
        else s.tablename = c.relname and s.attname = (
          select t.attname from pg_attribute t
          where t.attrelid = c.oid and t.attnum = i.indkey[a.attnum - 1]) end
  where am.amname = 'btree' and x.relpages > 0
    and c.relnamespace = 'public'::regnamespace
  group by 1, 2, 3, 4
), sized as (
  select *, 8 + width + 8
    - case when width::int % 8 = 0 then 8 else width::int % 8 end as tuple_bytes
  from stored
)
select name, (1 - (
  1 + ceil(reltuples / floor((8192 - 40) * fillfactor / (100 * (4 + tuple_bytes))))
) / relpages)::float8 as bloat
from sized`);
  return new Map(rows.map(({ name, bloat }) => [name, bloat]));
}
