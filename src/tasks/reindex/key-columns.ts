import type { Database } from '../../postgres/database.ts';
import type { StoredColumn } from './btree-model.ts';

/** A column of an index, as far as our role may see its statistics. */
export interface KnownColumn extends StoredColumn {
  /** Whether equal values are the same bytes, so that they may share a posting list. */
  readonly isEqualImage: boolean;
  /** Whether statistics are there, and our role may see them. */
  readonly isKnown: boolean;
}

type Row = KnownColumn & { readonly indexOid: number };

/**
 * Reads what the catalog knows of the columns that B-trees store: widths, NULLs, distinct
 * values. Of values of varying width it takes those that ANALYZE has kept, and measures how
 * they would be stored: an average says too little once tuples are aligned. No table is read.
 */
export async function readColumns(
  database: Pick<Database, 'query'>,
  indexOids: readonly number[],
): Promise<Map<number, KnownColumn[]>> {
  const rows = await database.query<Row & Record<string, unknown>>(
    `\
with stored as (
  select i.indexrelid, i.indrelid, a.attnum, a.attname,
    case when k.attnum > 0 then i.indrelid else i.indexrelid end as statrelid,
    coalesce(nullif(k.attnum, 0), a.attnum) as statattnum,
    a.atttypid, a.attlen, a.attalign, a.attnum > i.indnkeyatts as included,
    i.indclass[a.attnum - 1] as opclass, i.indcollation[a.attnum - 1] as collation
  from pg_index i
    join pg_attribute a on a.attrelid = i.indexrelid
    cross join lateral (select i.indkey[a.attnum - 1] as attnum) k
  where i.indexrelid = any($1) and a.attnum > 0
)
select k.indexrelid::int8 as "indexOid",
  case when k.attlen > 0 then k.attlen end as "widthBytes",
  case k.attalign when 'd' then 8 when 'i' then 4 when 's' then 2 else 1 end as "alignmentBytes",
  coalesce(s.null_frac, 0)::float8 as "nullShare",
  coalesce(s.avg_width, 0) as "averageBytes",
  coalesce(s.n_distinct, -1)::float8 as distinct,
  coalesce(s.most_common_freqs, '{}')::float8[] as "commonShares",
  s.attname is not null as "isKnown",
  ${widthsSql('s.histogram_bounds')} as "sampledWidths",
  ${widthsSql('s.most_common_vals')} as "commonWidths",
  not k.included and exists (
    select from pg_opclass o
      join pg_amproc p on p.amprocfamily = o.opcfamily
        and p.amproclefttype = o.opcintype and p.amprocrighttype = o.opcintype
    where o.oid = k.opclass and p.amprocnum = 4
      and (p.amproc <> 'btvarstrequalimage'::regproc
        or (select c.collisdeterministic from pg_collation c where c.oid = k.collation))
  ) as "isEqualImage"
from stored k
  join pg_class c on c.oid = k.statrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute t on t.attrelid = k.statrelid and t.attnum = k.statattnum
  left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname
    and s.attname = t.attname and not s.inherited
order by k.indexrelid, k.attnum`,
    [indexOids],
  );
  const columns = new Map<number, KnownColumn[]>();
  for (const { indexOid, ...column } of rows) {
    const known = columns.get(indexOid);
    if (known) known.push(column);
    else columns.set(indexOid, [column]);
  }
  return columns;
}

/** SQL for the stored widths of values of varying width that ANALYZE has kept, in order. */
function widthsSql(values: string): string {
  return `coalesce((
    select array_agg(case
        when k.atttypid = 'numeric'::regtype then pg_column_size(v::numeric) - 3
        when k.atttypid in ('inet'::regtype, 'cidr'::regtype) then pg_column_size(v::inet) - 3
        when k.atttypid = 'bytea'::regtype then pg_column_size(v::bytea) - 3
        when octet_length(v) < 126 then octet_length(v) + 1
        else octet_length(v) + 4 end order by position)
    -- What is not asked for must not even be read: of some types it cannot be.
    from unnest(case
        when k.atttypid = any('{text, varchar, bpchar, cstring, numeric, inet, cidr, bytea}'::regtype[])
        then ${values}::text::text[] end) with ordinality as kept (v, position)
  ), '{}')`;
}
