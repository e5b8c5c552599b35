import pg from 'pg';
import type { Session } from '../../postgres/session.ts';

type Queryable = Pick<Session, 'query'>;

/** A foreign key that references a table from which rows are to be deleted. */
export interface ReferencingKey {
  readonly name: string;
  /** The table that has the key. */
  readonly tableOid: number;
  readonly tableId: string;
  readonly isPartitioned: boolean;
  /** What becomes of a row that references a deleted one. */
  readonly onDelete: 'restrict' | 'cascade' | 'set null' | 'set default';
  /** Whether the server finds the rows that reference a deleted one by an index. */
  readonly isIndexed: boolean;
  /** Its columns, and those that they reference, as the server quotes them. */
  readonly columns: readonly string[];
  readonly referenced: readonly string[];
  /** What compares a referenced column with one that references it. */
  readonly operators: readonly string[];
}

/**
 * Reads the foreign keys that reference a table, its own among them.
 *
 * @param oids of the table and of its partitions, any of which may be referenced by itself
 */
export async function readReferencingKeys(
  database: Queryable,
  oids: readonly number[],
): Promise<ReferencingKey[]> {
  return database.query<ReferencingKey & Record<string, unknown>>(
    `\
select f.conname as name, f.conrelid::int8 as "tableOid",
  format('%I.%I', n.nspname, c.relname) as "tableId", c.relkind = 'p' as "isPartitioned",
  case f.confdeltype when 'c' then 'cascade' when 'n' then 'set null'
    when 'd' then 'set default' else 'restrict' end as "onDelete",
  exists (
    select from pg_index i join pg_class x on x.oid = i.indexrelid
      join pg_am m on m.oid = x.relam
    where i.indrelid = f.conrelid and i.indisvalid and m.amname in ('btree', 'hash')
      and (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey
      and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = any(array(
        select format('(%I IS NOT NULL)', a.attname) from pg_attribute a
        where a.attrelid = f.conrelid and a.attnum = any(f.conkey))))
  ) as "isIndexed",
  ${columnNames('f.conrelid', 'f.conkey')} as columns,
  ${columnNames('f.confrelid', 'f.confkey')} as referenced,
  array(select format('operator(%I.%s)', s.nspname, o.oprname)
    from unnest(f.conpfeqop) with ordinality as k (oid, place)
      join pg_operator o on o.oid = k.oid join pg_namespace s on s.oid = o.oprnamespace
    order by place) as operators
from pg_constraint f join pg_class c on c.oid = f.conrelid
  join pg_namespace n on n.oid = c.relnamespace
where f.contype = 'f' and f.confrelid = any($1::int8[]::oid[])
  and not exists (select from pg_constraint parent
    where parent.oid = f.conparentid and parent.confrelid = any($1::int8[]::oid[]))
order by 3, 1`,
    [oids],
  );
}

function columnNames(table: string, numbers: string): string {
  return `array(
    select quote_ident(a.attname) from unnest(${numbers}) with ordinality as k (number, place)
      join pg_attribute a on a.attrelid = ${table} and a.attnum = k.number order by place)`;
}

/** The SQL that creates the index which a key lacks. */
export function missingIndexSql({
  tableId,
  columns,
  isPartitioned,
}: ReferencingKey): string {
  // A partitioned table takes no index concurrently.
  const how = isPartitioned ? 'create index' : 'create index concurrently';
  return `${how} on ${tableId} (${columns.join(', ')})`;
}

/** The SQL condition under which a row of `child` references the row `parent`. */
function references(key: ReferencingKey, child: string, parent: string): string {
  return key.columns
    .map(
      (column, index) =>
        `${parent}.${key.referenced[index]} ${key.operators[index]} ${child}.${column}`,
    )
    .join(' and ');
}

/** The name by which the SQL calls a row that references another. */
const referencing = 'referencing_row';

/** The SQL condition under which nothing keeps a row from being deleted. */
export function unreferencedSql(keys: readonly ReferencingKey[], alias: string): string {
  return keys
    .filter(({ onDelete }) => onDelete === 'restrict')
    .map(
      (key) =>
        `not exists (select from ${key.tableId} as ${referencing} where ${references(key, referencing, alias)})`,
    )
    .join(' and ');
}

/** A way on which deleting rows of one table changes rows of another. */
export interface Cascade {
  /** The keys from the table outwards. */
  readonly path: readonly ReferencingKey[];
}

/** So far down a deletion is followed. */
const maxDepth = 6;

/** Finds all ways on which deleting rows of a table deletes or changes rows elsewhere. */
export async function findCascades(
  database: Queryable,
  keys: readonly ReferencingKey[],
  path: readonly ReferencingKey[] = [],
): Promise<Cascade[]> {
  const found: Cascade[] = [];
  for (const key of keys) {
    if (key.onDelete === 'restrict') continue;
    const longer = [...path, key];
    found.push({ path: longer });
    const isKnown = path.some(({ tableOid }) => tableOid === key.tableOid);
    if (key.onDelete !== 'cascade' || isKnown || longer.length >= maxDepth) continue;
    const next = await readReferencingKeys(database, [key.tableOid]);
    found.push(...(await findCascades(database, next, longer)));
  }
  return found;
}

/**
 * The SQL that counts the rows at the end of a cascade.
 *
 * @param from the table from which rows are deleted, and how the condition calls it
 */
export function fanOutSql(
  { path }: Cascade,
  from: { readonly id: string; readonly alias: string; readonly expired: string },
): string {
  const alias = (depth: number) => (depth < 0 ? from.alias : `cascaded_${depth}`);
  let condition = from.expired;
  let source = `${from.id} as ${from.alias}`;
  for (const [depth, key] of path.entries()) {
    const matches = references(key, alias(depth), alias(depth - 1));
    condition = `exists (select from ${source} where ${matches} and (${condition}))`;
    source = `${key.tableId} as ${alias(depth)}`;
  }
  return `select count(*) as rows from ${source} where ${condition}`;
}

/** A name as SQL takes it. */
export function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}
