import type { Session } from '../../postgres/session.ts';

type Queryable = Pick<Session, 'query'>;

/** The types of a column by which the age of a row can be told. */
export type TimeType = 'timestamptz' | 'timestamp' | 'date';

/** The table of a policy, as the server describes it. */
export interface PolicyTable {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Schema and name as the server quotes them. */
  readonly id: string;
  readonly kind: 'plain' | 'partitioned' | 'hypertable';
  readonly owner: string;
  readonly isOwner: boolean;
  readonly isOwnerSuperuser: boolean;
  /** Whether other tables inherit from it, though it is not partitioned. */
  readonly hasChildren: boolean;
  readonly column: TimeColumn | null;
}

/** The column that a policy goes by. */
export interface TimeColumn {
  readonly name: string;
  /** As the server quotes it. */
  readonly id: string;
  readonly number: number;
  /** As the server writes it: `timestamp with time zone`, `bigint`. */
  readonly typeName: string;
  /** null for a type that tells no time. */
  readonly type: TimeType | null;
}

/**
 * Reads the table that a policy names, plainly or in quotes. A string where there is none
 * that could be meant: what is there instead.
 */
export async function readPolicyTable(
  database: Queryable,
  name: string,
  column: string,
): Promise<PolicyTable | string> {
  const rows = await database.query<PolicyTable & { relkind: string }>(
    `\
select c.oid::int8 as oid, n.nspname as schema, c.relname as name, c.relkind,
  format('%I.%I', n.nspname, c.relname) as id,
  case c.relkind when 'p' then 'partitioned' else 'plain' end as kind,
  pg_get_userbyid(c.relowner) as owner, pg_has_role(c.relowner, 'usage') as "isOwner",
  (select rolsuper from pg_roles where oid = c.relowner) as "isOwnerSuperuser",
  c.relkind = 'r' and exists (select from pg_inherits i where i.inhparent = c.oid)
    as "hasChildren",
  (with recursive base (oid, next) as (
      select t.oid, t.typbasetype from pg_type t where t.oid = a.atttypid
      union all
      select t.oid, t.typbasetype from base b join pg_type t on t.oid = b.next)
    select jsonb_build_object('name', a.attname, 'id', quote_ident(a.attname),
      'number', a.attnum, 'typeName', format_type(a.atttypid, a.atttypmod),
      'type', case b.oid when 'timestamptz'::regtype then 'timestamptz'
        when 'timestamp'::regtype then 'timestamp' when 'date'::regtype then 'date' end)
    from base b where b.next = 0) as column
from pg_class c join pg_namespace n on n.oid = c.relnamespace
  left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    and a.attname = $3
where n.nspname = $1 and c.relname = $2`,
    [...splitName(name), column],
  );
  const [row] = rows;
  if (!row) return 'there is no such table';
  const { relkind, ...table } = row;
  if (relkind === 'r' && (await isHypertable(database, table))) {
    return { ...table, kind: 'hypertable', hasChildren: false };
  }
  if (relkind === 'r' || relkind === 'p') return table;
  return `it is ${kindNames.get(relkind) ?? 'no table'}, from which nothing can be deleted so`;
}

/** Takes `schema.table` apart; a part in quotes may have dots, and quotes written twice. */
export function splitName(name: string): [schema: string, table: string] {
  const [, schema = '', table = ''] =
    /^("(?:[^"]|"")+"|[^".]+)\.("(?:[^"]|"")+"|[^".]+)$/.exec(name) ?? [];
  const plain = (part: string) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
  return [plain(schema), plain(table)];
}

const kindNames = new Map([
  ['v', 'a view'],
  ['m', 'a materialized view'],
  ['f', 'a foreign table'],
  ['i', 'an index'],
  ['S', 'a sequence'],
]);

async function isHypertable(
  database: Queryable,
  { schema, name }: { schema: string; name: string },
): Promise<boolean> {
  const [extension] = await database.query(
    `select from pg_extension where extname = 'timescaledb'`,
  );
  if (!extension) return false;
  const rows = await database.query(
    `\
select from timescaledb_information.hypertables
where hypertable_schema = $1 and hypertable_name = $2`,
    [schema, name],
  );
  return rows.length > 0;
}
