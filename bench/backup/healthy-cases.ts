import { gzipSync } from 'node:zlib';
import type { Case } from './case.ts';
import { dayMs, earlier, type StoredFile, seriesOf } from './series.ts';
import type { Recipe, SmallDumps } from './small-dumps.ts';

const hourMs = dayMs / 24;
const chathamMs = 13.75 * hourMs;

/** Healthy ways to dump a database, all of which must pass. */
const recipes: Readonly<Record<string, Recipe>> = {
  gzip: { version: 15 },
  'not compressed': { version: 15, options: ['-Z0'] },
  'gzip of PostgreSQL 18': { version: 18 },
  zstd: { version: 18, options: ['--compress=zstd'] },
  'zstd, long': { version: 18, options: ['--compress=zstd:level=9,long'] },
  lz4: { version: 18, options: ['--compress=lz4'] },
  'through a pipe': { version: 15, isPiped: true },
  'zstd through a pipe': { version: 18, options: ['--compress=zstd'], isPiped: true },
  INSERT: { version: 15, options: ['--inserts'] },
  'INSERT of many rows': { version: 15, options: ['--rows-per-insert=50'] },
  partitions: { version: 15, sql: partitions() },
  'partitions loaded via their root': {
    version: 15,
    sql: partitions(),
    options: ['--load-via-partition-root'],
  },
  'large objects': { version: 15, sql: largeObjects() },
  'large objects of PostgreSQL 18': { version: 18, sql: largeObjects() },
  'quoted names': {
    version: 15,
    sql: `create schema "My ""Schema""";
      create table "My ""Schema"""."a table, with-signs; --" ("select" int primary key, "a b" text, "ü" text);
      insert into "My ""Schema"""."a table, with-signs; --" select i, i || ' "x"', E'\\\\N' from generate_series(1, 300) i;
      create index "an index" on "My ""Schema"""."a table, with-signs; --" ("a b");`,
  },
  'an empty database': { version: 15, isEmpty: true },
  'empty tables': {
    version: 15,
    sql: 'truncate trades, orders, users, events, order_history;',
  },
  'dumped in another time zone': {
    version: 15,
    env: { TZ: 'Pacific/Chatham', PGTZ: 'Pacific/Chatham' },
  },
  'a database with a time zone of its own': {
    version: 15,
    sql: `alter database matchbook set timezone = 'Asia/Kathmandu';`,
  },
  'owners and grants': {
    version: 15,
    sql: `create role exchange_owner; create role reporting;
      alter table trades owner to exchange_owner;
      alter table orders owner to exchange_owner;
      grant select on trades to reporting;`,
  },
  'odd texts': {
    version: 15,
    sql: `create table notes (id int primary key, note text, bytes bytea);
      insert into notes values (1, E'\\\\.', ''), (2, E'\\\\N', null), (3, E'a\\tb\\nc\\r\\\\', '\\x00ff'),
        (4, '', '\\x5c2e0a'), (5, repeat('ü', 90000), null), (6, E'\\n\\\\.\\n', null), (7, null, null);`,
  },
  'odd numbers': {
    version: 15,
    sql: `create table numbers (f float8, r real, n numeric, d date, t timestamptz, i interval, a int[], g int4range);
      insert into numbers values
        ('NaN', '-0', 'NaN', 'infinity', '-infinity', '1 mon -1 day 00:00:01', '{{1,2},{3,null}}', '[1,5)'),
        (1e-300, 1.1754944e-38, '-Infinity', '0044-03-15 BC', '2026-10-25 02:30+02', '-00:00:00.000001', '{}', 'empty'),
        (0.1, 0.1, 1e100, null, null, null, null, null);`,
  },
  'views, functions, triggers, row security': {
    version: 15,
    sql: `create type mood as enum ('calm', 'wild');
      create domain share as numeric check (value between 0 and 1);
      create table settings (id int generated always as identity primary key, mood mood, part share,
        twice numeric generated always as (part * 2) stored, unique nulls not distinct (mood, part));
      insert into settings (mood, part) select 'wild', i / 100.0 from generate_series(1, 99) i;
      create view wild as select * from settings where mood = 'wild';
      create materialized view volume as select symbol, sum(quantity) from trades group by symbol;
      create function touch() returns trigger language plpgsql as 'begin return new; end';
      create trigger touched before insert or update on trades for each row execute function touch();
      alter table orders enable row level security;
      create policy everything on orders using (true);
      create unlogged table cache (id int); insert into cache select generate_series(1, 10);
      create statistics together (dependencies) on symbol, price from trades;`,
  },
  'inheritance and foreign keys in a circle': {
    version: 15,
    sql: `create table base (id int primary key, kind text); create table derived (extra text) inherits (base);
      insert into base values (1, 'b'); insert into derived values (2, 'd', 'x');
      create table hen (id int primary key, egg int); create table egg (id int primary key, hen int references hen);
      insert into hen values (1, 1); insert into egg values (1, 1);
      alter table hen add foreign key (egg) references egg deferrable initially deferred;
      create table tree (id int primary key, parent int references tree);
      insert into tree values (2, null), (1, 2);
      alter table events drop column kind; create table nothing ();`,
  },
  'an extension': {
    version: 15,
    sql: `create extension pg_trgm;
      create index on users using gin (email gin_trgm_ops);`,
  },
};

/** Builds what is healthy: a series for each way to dump, and for each habit. */
export async function healthyCases(dumps: SmallDumps): Promise<Case[]> {
  const cases: Case[] = [];
  const add = (
    name: string,
    files: readonly StoredFile[],
    more: Partial<Case> = {},
  ): void => {
    cases.push({ kind: 'healthy', name, files, version: 15, expected: [], ...more });
  };
  for (const [name, recipe] of Object.entries(recipes)) {
    const habit = name === 'dumped in another time zone' ? { zoneMs: chathamMs } : {};
    const { version } = recipe;
    add(name, seriesOf([await dumps.dump(recipe)], habit), { version });
  }
  const gzip = await dumps.dump({ version: 15 });
  const zstd = await dumps.dump({ version: 18, options: ['--compress=zstd'] });
  const plain = seriesOf([gzip]);
  const grown = await dumps.dumps(
    { version: 15 },
    Array.from({ length: 7 }, () => grow),
  );
  add('a database that grows', seriesOf(grown));
  add(
    'another codec since three days',
    [
      ...seriesOf([await dumps.dump({ version: 18 })]).slice(0, 5),
      ...seriesOf([zstd]).slice(5),
    ],
    { version: 18 },
  );
  add(
    'another version since three days',
    [...plain.slice(0, 5), ...seriesOf([zstd]).slice(5)],
    { version: 18 },
  );
  const now = plain.at(-1)?.modifiedAt ?? new Date();
  add(
    'copied here today',
    plain.map((file) => ({ ...file, modifiedAt: now })),
  );
  add(
    'five hours late today',
    plain.map((file, index) => {
      return index === plain.length - 1 ? file : earlier(file, 5 * hourMs);
    }),
  );
  add('checksums and a list beside it', [
    ...plain,
    ...plain.map((file) => ({
      ...file,
      key: `${file.key}.sha256`,
      bytes: Buffer.from(`0000  ${file.key}\n`),
    })),
    { key: 'README.md', bytes: Buffer.from('Backups\n'), modifiedAt: now },
  ]);
  add('one a week', seriesOf([gzip], { intervalMs: 7 * dayMs }), {
    inputs: { schedule: '7 days' },
  });
  add(
    'one an hour',
    seriesOf([gzip], { intervalMs: hourMs, name: minuteName, count: 30 }),
    {
      inputs: { schedule: '1 hour', 'max-age': '3h' },
    },
  );
  add(
    'a folder a day',
    seriesOf([gzip], {
      name: (time) =>
        `${time.toISOString().slice(0, 10).replaceAll('-', '/')}/matchbook.dump`,
    }),
  );
  add('a single backup', seriesOf([gzip], { count: 1 }));
  add('with checks', plain, {
    inputs: {
      checks: `- {name: trades, sql: select count(*) from trades, expect: '>= 5000'}
- {name: orphans, sql: select count(*) from trades t left join orders o on o.id = t.order_id where o.id is null, expect: '0'}`,
    },
  });
  add(
    'encrypted',
    plain.map((file) => ({
      ...file,
      key: `${file.key}.gz`,
      bytes: gzipSync(file.bytes),
    })),
    { inputs: { decrypt: '[gzip, -dc]' } },
  );
  add('in S3', plain, { inStore: (bytes) => bytes });
  add('zstd in S3', seriesOf([zstd]), { version: 18, inStore: (bytes) => bytes });
  return cases;
}

const grow = `insert into trades (order_id, symbol, price, quantity, fee, executed_at)
  select 1 + i % 5000, 'BTC-USD', i * 1.5, random(), 0.1, now() from generate_series(1, 600) i`;

function minuteName(time: Date): string {
  return `backup_${time.toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '_')}.dump`;
}

function partitions(): string {
  return `create table measures (id bigint, at date not null, region text not null, value numeric)
      partition by range (at);
    create table measures_old partition of measures for values from (minvalue) to ('2026-06-01');
    create table measures_new partition of measures for values from ('2026-06-01') to (maxvalue)
      partition by list (region);
    create table measures_new_eu partition of measures_new for values in ('eu');
    create table measures_new_rest partition of measures_new default;
    alter table measures add primary key (id, at, region);
    create index on measures (value);
    insert into measures select i, date '2026-01-01' + i % 300, (array['eu', 'us', 'asia'])[1 + i % 3], i / 7.0
      from generate_series(1, 3000) i;`;
}

function largeObjects(): string {
  return `select lo_from_bytea(0, decode(repeat(md5(i::text), 1 + i % 400), 'hex')) from generate_series(1, 25) i;
    select lo_create(0);`;
}
