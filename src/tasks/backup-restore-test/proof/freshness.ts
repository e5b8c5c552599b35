import type pg from 'pg';
import { type Finding, finding } from '../../../core/finding.ts';
import type { Archive } from '../../../pg-dump/archive.ts';
import { counted } from './fold.ts';
import { eachWithin } from './time-limit.ts';

/** The newest value of a column that tells when a row came. */
export interface NewestRow {
  /** `public.trades.created_at`, each name quoted where it must be. */
  readonly column: string;
  /** In ISO 8601, UTC. */
  readonly newest: string;
}

export interface Freshness {
  readonly newest: readonly NewestRow[];
  readonly findings: readonly Finding[];
}

const sql = `\
with columns as (
  select
    c.oid, attname, attnum, relpages, atttypid,
    exists (
      select from pg_catalog.pg_index
        join pg_catalog.pg_class i on i.oid = indexrelid
        join pg_catalog.pg_am m on m.oid = i.relam
      where indrelid = c.oid and indkey[0] = attnum and indisvalid
        and indpred is null and amname = 'btree'
    ) as "isIndexed"
  from pg_catalog.pg_attribute
    join pg_catalog.pg_class c on c.oid = attrelid
    join pg_catalog.pg_namespace n on n.oid = relnamespace
  where attnum > 0 and not attisdropped and relkind in ('r', 'p') and not relispartition
    and atttypid in ('timestamptz'::regtype, 'timestamp'::regtype)
    and nspname not in ('pg_catalog', 'information_schema')
    and not exists (
      select from pg_catalog.pg_depend
      where classid = 'pg_catalog.pg_class'::regclass and objid = c.oid and deptype = 'e'
    )
)
select oid::regclass::text as "table", quote_ident(attname) as "column"
from columns
where "isIndexed" or attname ~* '^(created|updated|inserted|modified|occurred|executed|recorded|received)(_?(at|on|time|timestamp))$|^(at|ts|time|timestamp|event_time)$'
order by not "isIndexed", relpages, 1, 2`;

const twoDaysMs = 2 * 86_400_000;
/** The archive keeps the time on the wall of the dumping host, and not its time zone. */
const anyTimeZoneMs = 14 * 3_600_000;
const limitMsEach = 30_000;
const limitMsAll = 120_000;

/**
 * Looks how old the newest rows of all tables together are, against the time of the dump.
 * A table may well be quiet; a whole database that is was not dumped from where it lives.
 */
export async function checkFreshness(
  client: pg.Client,
  { header }: Archive,
  maxAgeMs: number,
): Promise<Freshness> {
  const latest = new Date(header.createdAtLocal.getTime() + anyTimeZoneMs);
  const newest = await newestRows(client, latest);
  const [first] = newest;
  if (!first) return { newest, findings: [] };
  const ageMs = header.createdAtLocal.getTime() - Date.parse(first.newest);
  // A weekend at rest is no reason to wake somebody either.
  const isStale = ageMs > Math.max(maxAgeMs, twoDaysMs) + anyTimeZoneMs;
  return { newest, findings: isStale ? [staleData(first, ageMs)] : [] };
}

interface Column {
  readonly table: string;
  readonly column: string;
}

async function newestRows(client: pg.Client, latest: Date): Promise<NewestRow[]> {
  const { rows: columns } = await client.query<Column>(sql);
  const until = performance.now() + limitMsAll;
  const found = await eachWithin(client, limitMsEach, columns, async (column) =>
    performance.now() < until ? newestOf(client, column, latest) : null,
  );
  return found
    .filter((one) => one !== null)
    .sort((one, other) => Date.parse(other.newest) - Date.parse(one.newest));
}

async function newestOf(
  client: pg.Client,
  { table, column }: Column,
  latest: Date,
): Promise<NewestRow | null> {
  // Rows of the future, and of infinity, tell nothing.
  const { rows } = await client.query<{ at: number | null }>(
    `select extract(epoch from max(${column}))::float8 as at from ${table} where ${column} <= $1`,
    [latest.toISOString()],
  );
  const at = rows[0]?.at ?? null;
  if (at === null || !Number.isFinite(at)) return null;
  return { column: `${table}.${column}`, newest: new Date(at * 1000).toISOString() };
}

function staleData({ column, newest }: NewestRow, ageMs: number): Finding {
  return finding(
    'stale-data',
    column,
    `The newest row of all is of ${newest} (column ${column}), ${counted(Math.floor(ageMs / 86_400_000), 'day')} before the dump was made.`,
  );
}
