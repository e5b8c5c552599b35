import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { task } from '../../../src/tasks/reindex/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { runInProcess } from '../run-task.ts';
import { memoryLog } from './kept-log.ts';
import { installEvidence, makeIndexed, settle } from './tables.ts';

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
    await (await cluster.connect()).query(`create role watcher login password 'watcher'`);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  function reindex(
    database: TestDatabase,
    inputs: Record<string, string> = {},
    role?: string,
  ) {
    const url = database.url(role ? { user: role, password: role } : {});
    return runInProcess(task, { 'database-url': url, 'min-size': '100kB', ...inputs });
  }

  const shapes: Readonly<
    Record<string, [columns: string, values: string, index: string]>
  > = {
    bigint_unique: ['v bigint', 'i', 'unique (v)'],
    few_values: ['v int', 'i % 5', '(v)'],
    many_values: ['v int', '(i * 7919) % 2000', '(v)'],
    text_scattered: ['v text', `'note ' || (i * 7919) % 30000`, '(v)'],
    text_half_null: ['v text', `case when i % 2 = 0 then 'n' || i end`, '(v)'],
    numeric_scale: ['v numeric(12,4)', '(i % 9999) * 1.0371', '(v)'],
    uuid_half_full: ['v uuid', 'md5(i::text)::uuid', '(v) with (fillfactor = 50)'],
    floats: ['v float8', 'i / 7.0', '(v)'],
    two_columns: ['v int, w timestamptz', `i % 9, now() + i * interval '1 s'`, '(v, w)'],
    included: ['v int, w bigint', 'i % 900, i', '(v) include (w)'],
    lower_text: ['v text', `'Code' || i`, '(lower(v))'],
    some_rows: ['v int', 'i', '(v) where v % 3 = 0'],
    bytea_hash: ['v bytea', 'decode(md5(i::text), $$hex$$)', '(v)'],
  };

  /** Of indexes that merge equal keys a page holds many rows; one more must not matter. */
  const rowsOf = (name: string) => (name.endsWith('_values') ? 150_000 : 30_000);

  /** Makes every shape, with 60 per cent of the rows deleted where that is asked for. */
  async function makeShapes(database: TestDatabase, isBloated: boolean): Promise<void> {
    for (const [name, [columns, values, index]] of Object.entries(shapes)) {
      const [kind, definition] = index.startsWith('unique')
        ? ['unique index', index.slice('unique'.length)]
        : ['index', index];
      await database.query(`\
create table ${name} (n int, ${columns});
insert into ${name} select i, ${values} from generate_series(1, ${rowsOf(name)}) i;
create ${kind} ${name}_index on ${name} ${definition}`);
      if (isBloated)
        await database.query(`delete from ${name} where hashint4(n) % 10 < 2`);
      await settle(database, name);
    }
  }

  /** How many points each kind of evidence is off the truth, which a rebuild tells. */
  async function errors(database: TestDatabase, evidence: string) {
    const result = await reindex(database, {
      evidence,
      'min-bloat': '0%',
      tables: '["public.*"]',
    });
    expect(result.steps).toHaveLength(Object.keys(shapes).length);
    return result.steps.map(({ id, before, after }) => {
      const truth = 1 - Number(after?.['bytes']) / Number(before?.['bytes']);
      const points = Math.abs(Number(before?.['bloat']) - truth) * 100;
      return { id, points: Math.round(points * 10) / 10, kind: before?.['evidence'] };
    });
  }

  const worst = (found: { points: number }[]) =>
    found.toSorted((a, b) => b.points - a.points)[0];

  describe.each([
    ['estimate', 12],
    ['sample', 3],
    ['exact', 3],
  ])('evidence: %s is at most %i points off the truth', (evidence, points) => {
    test.each([
      ['dense', false],
      ['bloated', true],
    ])('for indexes that are %s', async (_, isBloated) => {
      await using database = await cluster.createDatabase();
      await installEvidence(database);
      await makeShapes(database, isBloated);
      const found = await errors(database, evidence);
      expect(found.every(({ kind }) => kind === evidence)).toBe(true);
      const { points: most = 100, ...which } = worst(found) ?? {};
      expect(most, JSON.stringify(which)).toBeLessThanOrEqual(points);
    });
  });

  test('auto reads no page where the catalog is enough, some where that decides, else all', async () => {
    await using database = await cluster.createDatabase();
    await installEvidence(database);
    await makeIndexed(database, 'dense', { rows: 60_000 });
    await makeIndexed(database, 'large', { rows: 300_000, deleted: 60 });
    await makeIndexed(database, 'doubtful', { rows: 300_000, deleted: 30 });
    await makeIndexed(database, 'small', { deleted: 60 });
    const result = await reindex(database, { 'dry-run': 'true', 'min-bloat': '29.5%' });
    const why = Object.fromEntries(result.steps.map((step) => [step.id, step.why]));
    expect(why['public.dense_index']).toBeUndefined();
    expect(why['public.large_index']).toContain('(sample: 300 of ');
    expect(why['public.doubtful_index']).toContain('(exact: all pages read');
    expect(why['public.small_index']).toContain('(exact: all pages read');
    const { evidenceBytes = 0 } = result.metrics;
    expect(evidenceBytes).toBeGreaterThan(6_000_000);
    expect(evidenceBytes).toBeLessThan(13_000_000);
  });

  test('no more is read than evidence-budget; then the estimate has to do, which is said', async () => {
    await using database = await cluster.createDatabase();
    await installEvidence(database);
    await makeIndexed(database, 'orders', { deleted: 60 });
    await makeIndexed(database, 'trades', { deleted: 60, rows: 40_000 });
    const result = await reindex(database, { 'evidence-budget': '1MB' });
    const kinds = result.steps.map(({ id, before }) => [id, before?.['evidence']]);
    expect(Object.fromEntries(kinds)).toEqual({
      'public.trades_index': 'exact',
      'public.orders_index': 'estimate',
    });
    expect(result.findings).toContainEqual(
      expect.objectContaining({
        code: 'not-checked',
        message: expect.stringMatching(/evidence-budget \(1\.0 MB\) was spent/),
      }),
    );
  });

  test('rows that have died and were not vacuumed are named: their entries count as used', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders');
    await database.query('delete from orders where id % 10 < 6');
    await database.query('select pg_stat_force_next_flush()');
    await database.query('select 1');
    const result = await reindex(database);
    expect(result).toMatchObject({ outcome: 'nothing-to-do' });
    expect(result.message).toContain('1 not bloated enough');
    const [found] = result.findings.filter(({ code }) => code === 'vacuum-first');
    expect(found).toMatchObject({ severity: 'low', subject: 'public.orders' });
    expect(found?.message).toContain('12,000 rows of public.orders have died');
  });

  test('a rebuild that wins nothing on an estimate is said, and not done again', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { index: '(note)' });
    // Statistics that are far off: they tell of five values, and there are 20,000.
    await database.query('alter table orders alter note set (n_distinct = 5)');
    await database.query('analyze orders');
    const log = memoryLog();
    const run = () =>
      runInProcess(
        task,
        { 'database-url': database.url(), 'min-size': '100kB', 'cool-down': '0s' },
        { log },
      );
    const first = await run();
    expect(first.steps).toMatchObject([{ status: 'done' }]);
    expect(first.findings.map(({ code }) => code)).toContain('estimate-wrong');
    expect((await run()).steps).toEqual([]);
  });

  test('a partial index is not rebuilt on statistics of all rows', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table orders (id int, processed_at timestamptz);
insert into orders select i, case when i % 5 = 0 then now() end from generate_series(1, 100000) i;
create index orders_index on orders (processed_at) where processed_at is not null;
create unique index orders_key on orders (id) where processed_at is not null`);
    await settle(database, 'orders');
    const result = await reindex(database);
    expect(result.outcome).toBe('nothing-to-do');
    await installEvidence(database);
    expect((await reindex(database)).outcome).toBe('nothing-to-do');
  });

  test('a GIN index counts as many rows after an ANALYZE as before', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table orders (id int, tags int[]);
insert into orders select i, array[i, i + 1, i + 2, i + 3, i % 7, i % 11] from generate_series(1, 20000) i;
create index orders_index on orders using gin (tags)`);
    const log = memoryLog();
    const run = () =>
      runInProcess(
        task,
        { 'database-url': database.url(), 'min-size': '100kB' },
        { log },
      );
    await run();
    await settle(database, 'orders');
    expect((await run()).outcome).toBe('nothing-to-do');
    await settle(database, 'orders');
    expect((await run()).outcome).toBe('nothing-to-do');
  });

  test('a table that has just grown is not taken for bloated, whatever the counters say', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { rows: 1000 });
    await database.query(
      'insert into orders select i, i::text from generate_series(1001, 60000) i',
    );
    for (const evidence of ['estimate', 'auto']) {
      const result = await reindex(database, { evidence });
      expect(result.outcome).toBe('nothing-to-do');
    }
  });

  test('the empty pages that a large delete leaves count, and order does not', async () => {
    await using database = await cluster.createDatabase();
    await installEvidence(database);
    await makeIndexed(database, 'events', { rows: 60_000 });
    await database.query('delete from events where id < 40000');
    await settle(database, 'events');
    const result = await reindex(database);
    expect(result.steps[0]?.before?.['bloat']).toBeGreaterThan(0.6);
  });

  test('a role that may look at no page, and one that may', async () => {
    await using database = await cluster.createDatabase();
    await installEvidence(database);
    await makeIndexed(database, 'orders', { deleted: 60 });
    await database.query('alter table orders owner to watcher');
    const tables = '["public.orders"]';
    const blind = await reindex(database, { 'dry-run': 'true', tables }, 'watcher');
    expect(blind.steps[0]?.why).toContain('(estimate: from the catalog');
    expect(blind.findings.map(({ subject }) => subject)).toContain(
      'the pages of indexes',
    );
    await database.query('grant pg_stat_scan_tables to watcher');
    const seeing = await reindex(database, { 'dry-run': 'true', tables }, 'watcher');
    expect(seeing.steps[0]?.why).toContain('(exact: all pages read');
    await database.query('revoke pg_stat_scan_tables from watcher');
  });

  if (version >= 17) {
    test('a role that may not see the statistics is told that nothing is known', async () => {
      await using database = await cluster.createDatabase();
      await makeIndexed(database, 'orders', { deleted: 60, index: '(note)' });
      await database.query('grant maintain on orders to watcher');
      const tables = '["public.orders"]';
      const result = await reindex(database, { tables }, 'watcher');
      expect(result.outcome).toBe('nothing-to-do');
      expect(result.findings[0]?.message).toContain('of 1 there is none');
      const inputs = { tables, evidence: 'estimate' };
      const { findings } = await reindex(database, inputs, 'watcher');
      expect(findings).toMatchObject([
        { code: 'not-checked', subject: 'the statistics of indexes' },
      ]);
    });
  }

  test('extensions in a schema of their own are found', async () => {
    await using database = await cluster.createDatabase();
    await database.query('create schema "My Tools"');
    await database.query('create extension pgstattuple schema "My Tools"');
    await makeIndexed(database, 'orders', { deleted: 60 });
    const result = await reindex(database);
    expect(result.steps).toMatchObject([{ before: { evidence: 'exact' } }]);
  });
});
