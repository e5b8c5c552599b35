import type pg from 'pg';
import { makePristine, type Pristine } from '../pristine.ts';

/** What is older has expired; no row is within half a day of that, however long all takes. */
export const keep = '100 days';

/** The newest rows come last in each order, and are what the foreground reads. */
const newestRows = 10_000;

/** A table of events, of which so many have expired. */
export interface Table {
  readonly rows: number;
  readonly expired: number;
  /** How they lie. */
  readonly order: 'in order of time' | 'shuffled';
}

/** A data directory with such a table. */
export interface Events extends Pristine {
  readonly table: Table;
}

/** Fills a data directory with the table, which has three indexes. */
export async function makeEvents(table: Table): Promise<Events> {
  const pristine = await makePristine(async (open) => fill(await open(), table));
  return { ...pristine, table };
}

async function fill(client: pg.Client, { rows, expired, order }: Table): Promise<void> {
  const place =
    order === 'shuffled'
      ? `case when n <= ${rows - newestRows} then hashint8extended(n, 7) end nulls last, n`
      : 'n';
  const age = `case when n <= ${expired}
      then interval '100.5 days' + interval '149.5 days' * (1 - n / ${expired}.0)
      else interval '99.5 days' * (1 - (n - ${expired}) / ${rows - expired}.0) end`;
  await client.query(`create table events (
    id bigserial, created_at timestamptz not null, account int not null, payload text not null)`);
  await client.query(`insert into events (created_at, account, payload)
    select now() - ${age}, hashint8(n) & 9999, repeat(md5(n::text), 3)
    from generate_series(1, ${rows}) n order by ${place}`);
  await client.query('alter table events add primary key (id)');
  await client.query('create index on events (created_at)');
  await client.query('create index on events (account)');
  await client.query('vacuum (analyze) events');
}

/** The first and the last id of the newest rows. */
export function newest({ rows }: Table): readonly [first: number, last: number] {
  return [rows - newestRows + 1, rows];
}

/** What has become of the rows of the beginning. */
export interface Gone {
  readonly expired: number;
  /** Rows that have not expired: there must be none. */
  readonly younger: number;
}

/** Counts what is gone; rows that came later are the foreground's. */
export async function gone(client: pg.Client, table: Table): Promise<Gone> {
  const isExpired = `created_at < now() - interval '${keep}'`;
  const { rows: answer } = await client.query(`select
      ${table.expired} - count(*) filter (where ${isExpired})::float8 as expired,
      ${table.rows - table.expired} - count(*) filter (where not ${isExpired})::float8 as younger
    from events where id <= ${table.rows}`);
  return answer[0];
}

/** What the server has counted of the table; sessions hand in theirs when they end. */
export interface Counters {
  /** Index entries read. */
  readonly entries: number;
  /** Rows fetched by way of an index, or read one after the other. */
  readonly fetched: number;
  readonly deleted: number;
}

/** Reads what the server has counted so far. */
export async function counters(client: pg.Client): Promise<Counters> {
  const { rows: answer } = await client.query(`select
      (select sum(idx_tup_read) from pg_stat_user_indexes where relid = t.relid)::float8 as entries,
      (idx_tup_fetch + seq_tup_read)::float8 as fetched, n_tup_del::float8 as deleted
    from pg_stat_user_tables t where relname = 'events'`);
  return answer[0];
}
