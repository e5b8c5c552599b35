import type pg from 'pg';

/** A table as it is after the restore. */
export interface RestoredTable {
  /** Of `pg_class`: `r`, `p`, `f`, … */
  readonly kind: string;
  /** An extension made it, and may have filled it as well. */
  readonly isOfExtension: boolean;
  /**
   * Types in its columns, also within arrays, ranges, domains and composites, whose text
   * depends on more than their value.
   */
  readonly types: ReadonlySet<'timestamptz' | 'bytea' | 'money' | 'float'>;
}

const sql = `\
with recursive inside(part, whole) as (
  select typelem, oid from pg_catalog.pg_type where typelem <> 0
  union all
  select typbasetype, oid from pg_catalog.pg_type where typbasetype <> 0
  union all
  select rngsubtype, rngtypid from pg_catalog.pg_range
  union all
  select rngsubtype, (to_jsonb(r) ->> 'rngmultitypid')::oid from pg_catalog.pg_range r
  union all
  select atttypid, t.oid
  from pg_catalog.pg_attribute join pg_catalog.pg_type t on typrelid = attrelid
  where attnum > 0 and not attisdropped
),
sensitive(type, name) as (
  select oid, case typname when 'float4' then 'float' when 'float8' then 'float' else typname end
  from pg_catalog.pg_type
  where typnamespace = 'pg_catalog'::regnamespace
    and typname in ('timestamptz', 'bytea', 'money', 'float4', 'float8')
  union
  select whole, name from sensitive join inside on part = type
)
select
  nspname as "schema",
  relname as "table",
  relkind as "kind",
  exists (
    select from pg_catalog.pg_depend
    where classid = 'pg_catalog.pg_class'::regclass and objid = c.oid and deptype = 'e'
  ) as "isOfExtension",
  array(
    select distinct name::text
    from pg_catalog.pg_attribute join sensitive on type = atttypid
    where attrelid = c.oid and attnum > 0 and not attisdropped
  ) as "types"
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = relnamespace
where relkind in ('r', 'p', 'f')
  and nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;

interface Row {
  readonly schema: string;
  readonly table: string;
  readonly kind: string;
  readonly isOfExtension: boolean;
  readonly types: string[];
}

/** All tables of the restored database, by `tableKey`. */
export async function restoredTables(
  client: pg.Client,
): Promise<ReadonlyMap<string, RestoredTable>> {
  const { rows } = await client.query<Row>(sql);
  return new Map(
    rows.map(({ schema, table, types, ...rest }) => [
      tableKey(schema, table),
      { ...rest, types: new Set(types) as RestoredTable['types'] },
    ]),
  );
}

/** A key that no two tables share, whatever dots their names have. */
export function tableKey(schema: string | null, table: string): string {
  return JSON.stringify([schema, table]);
}
