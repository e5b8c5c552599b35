import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { task } from '../../../src/tasks/reindex/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { runInProcess } from '../run-task.ts';
import { installEvidence, invalidIndexes, makeIndexed, settle } from './tables.ts';

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  function reindex(database: TestDatabase, inputs: Record<string, string> = {}) {
    const given = { 'database-url': database.url(), 'min-size': '100kB', ...inputs };
    return runInProcess(task, given);
  }

  test('rebuilds what is bloated, proves it, and leaves the rest alone', async () => {
    await using database = await cluster.createDatabase();
    await installEvidence(database);
    await makeIndexed(database, 'bloated', { deleted: 60 });
    await makeIndexed(database, 'dense');
    const result = await reindex(database);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      metrics: { considered: 4, candidates: 1 },
      steps: [
        {
          id: 'public.bloated_index',
          command: 'REINDEX INDEX CONCURRENTLY public.bloated_index',
          status: 'done',
          error: null,
          before: { evidence: 'exact' },
          after: { evidence: 'exact' },
        },
      ],
    });
    const [step] = result.steps;
    const [before, after] = [
      Number(step?.before?.['bytes']),
      Number(step?.after?.['bytes']),
    ];
    expect(step?.before?.['bloat']).toBeCloseTo(1 - after / before, 1);
    expect(step?.after?.['bloat']).toBeLessThan(0.05);
    expect(result.metrics['reclaimedBytes']).toBe(before - after);
    expect(result.metrics['walBytes']).toBeGreaterThan(after / 2);
    expect(await invalidIndexes(database)).toEqual([]);
    expect((await reindex(database)).outcome).toBe('nothing-to-do');
  });

  test('a dry run says what it would do, and changes nothing', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'bloated', { deleted: 60 });
    const result = await reindex(database, { 'dry-run': 'true' });
    expect(result.steps).toMatchObject([{ status: 'planned', before: null }]);
    expect(result.message).toBe(
      'Would rebuild 1 index; nothing was changed. Looked at 2 indexes: 1 under min-size, 1 bloated by 30 % or more.',
    );
    expect((await reindex(database, { 'dry-run': 'true' })).steps).toHaveLength(1);
  });

  test.each([
    ['an expression', '(lower(note))'],
    ['a part of the rows', '(id) where id > 5000'],
    ['INCLUDE', '(id) include (note)'],
  ])('an index with %s', async (_, index) => {
    await using database = await cluster.createDatabase();
    await installEvidence(database);
    await makeIndexed(database, 'orders', { deleted: 60, index });
    const result = await reindex(database);
    expect(result.steps).toMatchObject([{ id: 'public.orders_index', status: 'done' }]);
    const definition = await database.query<{ text: string }>(
      `select pg_get_indexdef('orders_index'::regclass) as text`,
    );
    const text = definition.rows[0]?.text.replaceAll(/[()]|::text/g, '').toLowerCase();
    expect(text).toContain(index.replaceAll(/[()]/g, '').toLowerCase());
  });

  test('the index of a TOAST table, which belongs to its table', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table documents (id int, body text);
alter table documents alter body set storage external;
insert into documents select i, repeat(md5(i::text), 100) from generate_series(1, 8000) i`);
    await database.query('delete from documents where id % 10 < 7');
    await settle(database, 'documents');
    const result = await reindex(database, { tables: '["public.documents"]' });
    expect(result.steps).toMatchObject([
      { id: expect.stringMatching(/^pg_toast\.pg_toast_\d+_index$/), status: 'done' },
    ]);
  });

  test('the indexes of partitions, each by itself; who names the parent means them', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table candles (at int, open int) partition by range (at);
create table candles_1 partition of candles for values from (0) to (20000);
create table candles_2 partition of candles for values from (20000) to (40000);
create index candles_index on candles (at);
insert into candles select i, i from generate_series(0, 39999) i;
delete from candles where at % 10 < 6`);
    await makeIndexed(database, 'bloated', { deleted: 60 });
    await settle(database, 'candles');
    const result = await reindex(database, { indexes: '["public.candles_index"]' });
    expect(result.outcome).toBe('succeeded');
    expect(result.steps.map(({ id }) => id).sort()).toEqual([
      'public.candles_1_at_idx',
      'public.candles_2_at_idx',
    ]);
    const none = await reindex(database, {
      indexes: '["public.*", "!public.candles_index", "!public.bloated_index"]',
      'min-bloat': '0%',
    });
    expect(none.steps).toEqual([]);
  });

  test('what backs a constraint stays its index', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60, unique: true });
    await database.query(
      'alter table orders add constraint orders_key unique using index orders_index',
    );
    const result = await reindex(database);
    expect(result.steps).toMatchObject([{ id: 'public.orders_key', status: 'done' }]);
    await expect(
      database.query(`insert into orders select id, '' from orders limit 1`),
    ).rejects.toThrow('orders_key');
  });

  test('with 0 % everything that is named is rebuilt, what nothing is known of too', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', {
      index: 'using gin (to_tsvector($$simple$$, note))',
    });
    await makeIndexed(database, 'trades');
    const inputs = { 'min-bloat': '0%', 'min-size': '0B' };
    const result = await reindex(database, { indexes: '["public.*"]', ...inputs });
    expect(result.steps.map(({ status }) => status)).toEqual(['done', 'done']);
    expect(result.steps.map(({ why }) => why).join()).toContain('requested');
  });

  test('the index that is named comes first, and the largest gain before smaller ones', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'small', { deleted: 60 });
    await makeIndexed(database, 'large', { deleted: 60, rows: 60_000 });
    await makeIndexed(database, 'named', { deleted: 40 });
    const result = await reindex(database, {
      indexes: '["public.named_index", "public.*"]',
      jobs: '1',
      'dry-run': 'true',
    });
    expect(result.steps.map(({ id }) => id)).toEqual([
      'public.named_index',
      'public.large_index',
      'public.small_index',
    ]);
  });

  test('only the indexes of the tables that are named', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    await makeIndexed(database, 'trades', { deleted: 60 });
    const result = await reindex(database, { tables: '["public.orders"]' });
    expect(result.steps.map(({ id }) => id)).toEqual(['public.orders_index']);
  });

  test('what is larger than max-size is reported, not rebuilt', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    const result = await reindex(database, { 'max-size': '200kB' });
    expect(result).toMatchObject({
      steps: [],
      findings: [{ code: 'not-checked' }, { code: 'over-max-size' }],
      metrics: { candidates: 1 },
    });
  });

  test('exclusion constraints and catalogs are reported, for they cannot be rebuilt so', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table holds (span int8range, exclude using gist (span with &&));
insert into holds select int8range(i, i + 1) from generate_series(1, 20000) i`);
    await settle(database, 'holds');
    const inputs = { indexes: '["public.holds_span_excl"]' };
    expect(await reindex(database, { ...inputs, 'min-bloat': '0%' })).toMatchObject({
      outcome: 'attention',
      steps: [],
      findings: [
        {
          code: 'not-supported-concurrently',
          severity: 'high',
          remedy: expect.stringContaining('reindex index public.holds_span_excl'),
        },
      ],
    });
    const catalog = await reindex(database, {
      indexes: '["pg_catalog.pg_attribute_relid_attnam_index"]',
      'min-bloat': '0%',
    });
    expect(catalog).toMatchObject({
      steps: [],
      findings: [{ code: 'not-supported-concurrently' }],
    });
  });

  test('names with quotes, dots and newlines are only names', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    const name = `"a.b""; drop table orders; --\n::error::x"`;
    await database.query(`alter index orders_index rename to ${name}`);
    const result = await reindex(database);
    expect(result.outcome).toBe('succeeded');
    expect(result.steps).toMatchObject([{ id: `public.${name}`, status: 'done' }]);
  });

  test('two indexes of one table are never rebuilt side by side', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    await database.query('create index orders_second on orders (id)');
    await database.query('delete from orders where id % 100 < 90');
    await settle(database, 'orders');
    const result = await reindex(database, { jobs: '8' });
    expect(result.steps.map(({ status }) => status)).toEqual(['done', 'done']);
    const [first, second] = result.steps.map(({ startedAt, seconds }) => ({
      from: Date.parse(startedAt ?? ''),
      to: Date.parse(startedAt ?? '') + (seconds ?? 0) * 1000,
    })) as [{ from: number; to: number }, { from: number; to: number }];
    expect(Math.max(first.from, second.from)).toBeGreaterThanOrEqual(
      Math.min(first.to, second.to) - 2,
    );
  });

  test('statistics of an expression are still there', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60, index: '(lower(note))' });
    const count = async () => {
      const { rows } = await database.query<{ count: number }>(
        `select count(*)::int as count from pg_stats where tablename = 'orders_index'`,
      );
      return rows[0]?.count;
    };
    expect(await count()).toBe(1);
    const result = await reindex(database);
    expect(result.outcome).toBe('succeeded');
    expect(await count()).toBe(1);
  });
});
