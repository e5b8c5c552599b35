/** The role that owns all tables, and is no superuser. */
export const keeper = { user: 'keeper', password: 'keeper' } as const;

/** The tables that a vacuum is for; the first one is what the faults hit. */
export const needyTables = [
  'hot_1',
  'hot_2',
  'hot_3',
  'freezing',
  'appended',
  'documents',
] as const;

/** How many tables are in good order. */
export const cleanCount = 34;

const columns = 'market int, price numeric, amount bigint, note text';
const values = "i % 40, (i % 9973) / 100.0, i * 7, 'note of the order ' || md5(i::text)";

function filled(name: string, rows: number): string {
  return `
create table ${name} (id bigint primary key, ${columns});
insert into ${name} select i, ${values} from generate_series(1, ${rows}) i;
create index on ${name} (market, id);`;
}

/** Creates every table, each with all its rows alive. */
export const createSql: readonly string[] = [
  ...[700_000, 600_000, 500_000].map((rows, index) => filled(`hot_${index + 1}`, rows)),
  filled('freezing', 250_000),
  filled('appended', 150_000),
  ...Array.from({ length: cleanCount }, (_, index) =>
    filled(`clean_${index + 1}`, 120_000 + (index % 5) * 20_000),
  ),
  `
create table documents (id bigint primary key, body text);
alter table documents alter body set storage external;
insert into documents
  select i, repeat(md5(i::text), 100) from generate_series(1, 15000) i;`,
];

/** Makes some of the tables needy, once all are vacuumed and analyzed. */
export const dirtySql: readonly string[] = [
  ...[1, 2, 3].map((number) => `delete from hot_${number} where id % 20 < 7`),
  `insert into appended
     select i, ${values} from generate_series(150001, 300000) i`,
  "update documents set body = repeat(md5(id || '!'), 100) where id % 20 < 7",
  `update pg_class set relfrozenxid =
     ((txid_current() - 120000000 + 4294967296) % 4294967296)::text::xid
   where oid = 'freezing'::regclass`,
];

/** Tells which of the needy tables are clean by now; it takes no lock on them. */
export const stateSql = `
select c.relname as name,
  case c.relname
    when 'freezing' then age(c.relfrozenxid) < 100000000
    else pg_stat_get_mod_since_analyze(c.oid) = 0
      and pg_stat_get_ins_since_vacuum(c.oid) = 0
      and pg_stat_get_dead_tuples(c.oid) = 0
      and coalesce(pg_stat_get_dead_tuples(nullif(c.reltoastrelid, 0)), 0) = 0
      and c.relallvisible > 0.9 * c.relpages
  end as clean
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relname = any($1)`;

/** Pages of clean tables that anybody has looked at since the server was started. */
export const cleanPagesSql = `
select coalesce(sum(
    heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit
      + coalesce(toast_blks_read + toast_blks_hit + tidx_blks_read + tidx_blks_hit, 0)
  ), 0)::float8 as pages
from pg_statio_user_tables where relname like 'clean%'`;
