import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { task } from '../../../src/tasks/reindex/index.ts';
import { reliesOn } from '../../../src/tasks/reindex/on-conflict.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { runInProcess } from '../run-task.ts';
import { index, table } from './sample-index.ts';
import { makeIndexed } from './tables.ts';

describe('whether a statement relies on an index', () => {
  const key = index('orders_key', { isUnique: true, table: table('orders') });
  const columns = ['account', 'nonce'];
  const relies = (sql: string) => reliesOn(sql, [key], [key.table], columns);

  test.each([
    'insert into orders (account, nonce) values ($1, $2) on conflict (account, nonce) do nothing',
    'INSERT INTO public.orders VALUES ($1) ON CONFLICT (nonce, account) DO UPDATE SET x = $2',
    'insert into "orders" as o select 1 on conflict ("account", nonce) where x do nothing',
    'insert into orders values ($1) on conflict do nothing',
    'insert into orders values ($1) on conflict on constraint orders_key do nothing',
    'with new as (select 1) insert into orders select * from new on conflict (account, nonce) do nothing',
    'insert into orders values ($1) on conflict (lower(account)) do nothing',
    'insert into orders values ($1)\non\tconflict (account collate "C", nonce int4_ops) do nothing',
  ])('%s', (sql) => {
    expect(relies(sql)).toBe(true);
  });

  test.each([
    'insert into trades values ($1) on conflict (account, nonce) do nothing',
    'insert into audit.orders values ($1) on conflict (account, nonce) do nothing',
    'insert into orders values ($1) on conflict (account) do nothing',
    'insert into orders values ($1) on conflict (account, nonce, id) do nothing',
    'insert into orders values ($1) on conflict on constraint orders_pkey do nothing',
    'insert into orders values ($1)',
    'insert into "Orders" values ($1) on conflict (account, nonce) do nothing',
    'select 1',
    '',
  ])('not: %s', (sql) => {
    expect(relies(sql)).toBe(false);
  });

  // Were it quadratic, this would not end within the time that a test has.
  test('no statement takes long to read, whatever is in it', () => {
    const sql = `insert into ${'orders '.repeat(200_000)} on conflict (${'('.repeat(500_000)}`;
    expect(relies(sql)).toBe(true);
  });
});

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version, {
      settings: { shared_preload_libraries: 'pg_stat_statements' },
    });
    await (await cluster.connect()).query(`create role trader login password 'trader'`);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  function reindex(database: TestDatabase, role?: string) {
    const url = database.url(role ? { user: role, password: role } : {});
    return runInProcess(task, {
      'database-url': url,
      'min-size': '100kB',
      tables: '["public.*"]',
      'dry-run': 'true',
    });
  }

  async function makeOrders(database: TestDatabase): Promise<void> {
    await makeIndexed(database, 'orders', { deleted: 70, unique: true });
    await makeIndexed(database, 'trades', { deleted: 40, unique: true });
    await database.query('create extension pg_stat_statements');
    await database.query(
      `insert into orders values (1000, '') on conflict (id) do nothing`,
    );
  }

  test('a unique index that ON CONFLICT relies on is rebuilt last, with a warning', async () => {
    await using database = await cluster.createDatabase();
    await makeOrders(database);
    const result = await reindex(database);
    expect(result.steps.map(({ id }) => id)).toEqual([
      'public.trades_index',
      'public.orders_index',
    ]);
    const found = result.findings.filter(({ code }) => code === 'on-conflict-hazard');
    expect(found).toMatchObject([{ subject: 'public.orders_index', severity: 'low' }]);
  });

  test('an insert into a partitioned table relies on the indexes of its partitions', async () => {
    await using database = await cluster.createDatabase();
    await database.query('create extension pg_stat_statements');
    await database.query(`\
create table candles (at int primary key, open int) partition by range (at);
create table candles_1 partition of candles for values from (0) to (40000);
insert into candles select i, i from generate_series(0, 39999) i;
delete from candles where at % 10 < 6`);
    await database.query('vacuum (analyze) candles');
    await database.query('insert into candles values (1, 1) on conflict (at) do nothing');
    const { findings } = await reindex(database);
    const found = findings.filter(({ code }) => code === 'on-conflict-hazard');
    expect(found).toMatchObject([{ subject: 'public.candles_1_pkey' }]);
  });

  test('a role that may not see the statements is told so', async () => {
    await using database = await cluster.createDatabase();
    await makeOrders(database);
    for (const name of ['orders', 'trades']) {
      await database.query(`alter table ${name} owner to trader`);
    }
    const { findings } = await reindex(database, 'trader');
    const [found] = findings.filter(({ subject }) => subject === 'ON CONFLICT');
    expect(found?.remedy).toContain('grant pg_read_all_stats to "trader"');
  });
});
