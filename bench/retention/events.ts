import type pg from 'pg';

/** How many rows the table has, and how many of them have expired. */
export const rows = 3_000_000;
export const expired = rows * 0.6;

/** What is older has expired; no row is within half a day of that, however long all takes. */
export const keep = '100 days';

/** The newest rows, which the foreground reads: they lie at the end in each order. */
export const newest = { first: rows - 9_999, last: rows };

/** The orders in which the same rows come into the table. */
export type Order = 'in order of time' | 'shuffled';

const place: Record<Order, string> = {
  'in order of time': 'n',
  shuffled: `case when n < ${newest.first} then hashint8extended(n, 7) end nulls last, n`,
};

const age = `case when n <= ${expired}
    then interval '100.5 days' + interval '149.5 days' * (1 - n / ${expired}.0)
    else interval '99.5 days' * (1 - (n - ${expired}) / ${rows - expired}.0) end`;

/** Fills the table in the order given, with its three indexes. */
export async function fill(client: pg.Client, order: Order): Promise<void> {
  await client.query(`create table events (
    id bigserial, created_at timestamptz not null, account int not null, payload text not null)`);
  await client.query(`insert into events (created_at, account, payload)
    select now() - ${age}, hashint8(n) & 9999, repeat(md5(n::text), 3)
    from generate_series(1, ${rows}) n order by ${place[order]}`);
  await client.query('alter table events add primary key (id)');
  await client.query('create index on events (created_at)');
  await client.query('create index on events (account)');
  await client.query('vacuum (analyze) events');
}

/** What is left of the rows of the beginning; others came from the foreground. */
export async function left(
  client: pg.Client,
): Promise<{ readonly expired: number; readonly younger: number }> {
  const isExpired = `created_at < now() - interval '${keep}'`;
  const { rows: answer } = await client.query(`select
      count(*) filter (where ${isExpired})::float8 as expired,
      count(*) filter (where not ${isExpired})::float8 as younger
    from events where id <= ${rows}`);
  return answer[0];
}

/** What the server has counted of the table; sessions hand in theirs when they end. */
export interface Counters {
  /** Index entries read. */
  readonly entries: number;
  /** Rows fetched by way of an index or read one after the other. */
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
