import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../../src/core/result-schema.ts';
import { task } from '../../../src/tasks/vacuum/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { runInProcess } from '../run-task.ts';
import { flushCounters, makeTable } from './tables.ts';

function vacuum(database: TestDatabase, inputs: Record<string, string> = {}) {
  return runInProcess(task, { 'database-url': database.url(), ...inputs });
}

function commands({ steps }: Result): Record<string, string> {
  return Object.fromEntries(steps.map(({ id, command }) => [id, command]));
}

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test('vacuums the table over its threshold and leaves the clean one alone', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'clean', { dead: 100 });
    await makeTable(database, 'dirty', { dead: 400 });
    const result = await vacuum(database);
    expect(result).toMatchObject({ outcome: 'succeeded', reason: 'completed' });
    expect(commands(result)).toEqual({
      'public.dirty': 'VACUUM (ANALYZE) public.dirty',
    });
    expect(result.steps[0]).toMatchObject({
      status: 'done',
      why: expect.stringContaining('dead-tuples: 400 dead'),
      before: { deadTuples: 400, liveTuples: 1000 },
      after: { deadTuples: 0, liveTuples: 1000 },
    });
  });

  test('finds nothing to do the second time', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'dirty', { dead: 400 });
    await makeTable(database, 'fresh', { fresh: true });
    expect(await vacuum(database)).toMatchObject({ outcome: 'succeeded' });
    expect(await vacuum(database)).toMatchObject({
      outcome: 'nothing-to-do',
      reason: 'no-work',
      steps: [],
    });
  });

  test('takes the storage options of a table over the settings of the server', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'eager', {
      dead: 100,
      options: 'autovacuum_vacuum_threshold = 10, autovacuum_vacuum_scale_factor = 0.01',
    });
    await makeTable(database, 'lazy', {
      dead: 100,
      options: 'autovacuum_vacuum_threshold = 1000',
    });
    const result = await vacuum(database, { analyze: 'never' });
    expect(commands(result)).toEqual({ 'public.eager': 'VACUUM public.eager' });
  });

  test('vacuums a table that was only ever inserted into', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'journal', { rows: 2000, fresh: true });
    const result = await vacuum(database, { analyze: 'never' });
    expect(result.steps).toMatchObject([{ id: 'public.journal', status: 'done' }]);
    expect(result.steps[0]?.why).toContain('inserts: 2,000 inserted');
    expect(Number(result.steps[0]?.after?.['allVisiblePages'])).toBeGreaterThan(0);
  });

  test('counts the dead tuples of a TOAST table for its table', async () => {
    await using database = await cluster.createDatabase();
    await database.query('create table wide (id int, body text)');
    await database.query('alter table wide alter body set storage external');
    await database.query(
      `insert into wide select i, repeat('x', 9000) from generate_series(1, 300) i`,
    );
    await flushCounters(database);
    await database.query('vacuum (analyze) wide');
    await database.query(`update wide set body = repeat('y', 9000) where id <= 100`);
    await flushCounters(database);
    const result = await vacuum(database, {
      tables: '["public.wide"]',
      analyze: 'never',
    });
    expect(result.steps[0]?.why).toContain('dead-tuples: TOAST: ');
    expect(await vacuum(database, { analyze: 'never' })).toMatchObject({ steps: [] });
  });

  test('vacuums what nears its freeze age with FREEZE, the oldest first', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'aged', { options: 'autovacuum_freeze_max_age = 100000' });
    await makeTable(database, 'dirty', { dead: 900 });
    await database.query(`\
update pg_class set relfrozenxid = ((txid_current() - 120000 + 4294967296)
  % 4294967296)::text::xid where relname = 'aged'`);
    const result = await vacuum(database);
    expect(Object.entries(commands(result))).toEqual([
      ['public.aged', 'VACUUM (FREEZE) public.aged'],
      ['public.dirty', 'VACUUM (ANALYZE) public.dirty'],
    ]);
    expect(result.steps[0]?.why).toContain('xid-age');
    expect(Number(result.steps[0]?.after?.['xidAge'])).toBeLessThan(1000);
  });

  test('notices an old multixact', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'shared', {
      options: 'autovacuum_multixact_freeze_max_age = 10000',
    });
    await database.query(`\
update pg_class set relminmxid = ((mxid_age(relminmxid)::int8 * 0 + 4294967296 - 9000)
  % 4294967296)::text::xid where relname = 'shared'`);
    const result = await vacuum(database);
    expect(result.steps[0]).toMatchObject({
      id: 'public.shared',
      command: 'VACUUM (FREEZE) public.shared',
      status: 'done',
    });
    expect(result.steps[0]?.why).toContain('multixact-age');
  });

  test('vacuums partitions and materialized views, and only analyzes a parent', async () => {
    await using database = await cluster.createDatabase();
    await database.query(
      'create table candles (at date, open int) partition by range (at)',
    );
    for (const year of [2026, 2027]) {
      await database.query(`create table candles_${year} partition of candles
        for values from ('${year}-01-01') to ('${year + 1}-01-01')`);
    }
    await database.query(`insert into candles
      select '2026-01-01'::date + i % 600, i from generate_series(1, 3000) i`);
    await database.query('create materialized view daily as select * from candles');
    await flushCounters(database);
    const result = await vacuum(database);
    expect(result.outcome).toBe('succeeded');
    expect(commands(result)).toEqual({
      'public.candles_2026': 'VACUUM (ANALYZE) public.candles_2026',
      'public.candles_2027': 'VACUUM (ANALYZE) public.candles_2027',
      'public.daily': 'VACUUM (ANALYZE) public.daily',
      'public.candles':
        version >= 18 ? 'ANALYZE ONLY public.candles' : 'ANALYZE public.candles',
    });
    expect(result.steps.at(-1)?.id).toBe('public.candles');
    expect(await vacuum(database)).toMatchObject({ outcome: 'nothing-to-do' });
  });

  test('obeys the input tables, and says which pattern matches nothing', async () => {
    await using database = await cluster.createDatabase();
    for (const name of ['orders', 'trades', 'audit_log', '"Odd name"']) {
      await makeTable(database, name, { dead: 400 });
    }
    const tables = '["public.*", "!public.audit_*", "public.gone"]';
    const result = await vacuum(database, { tables, analyze: 'never', jobs: '1' });
    expect(commands(result)).toEqual({
      'public."Odd name"': 'VACUUM public."Odd name"',
      'public.orders': 'VACUUM public.orders',
      'public.trades': 'VACUUM public.trades',
    });
    expect(result).toMatchObject({
      outcome: 'attention',
      findings: [{ code: 'no-such-table', subject: 'public.gone', severity: 'high' }],
    });
  });

  test('vacuums every table and analyzes it when told so', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'clean');
    const result = await vacuum(database, { select: 'all', analyze: 'always' });
    expect(result.outcome).toBe('succeeded');
    expect(commands(result)).toMatchObject({
      'public.clean': 'VACUUM (ANALYZE) public.clean',
      'pg_catalog.pg_statistic': 'VACUUM pg_catalog.pg_statistic',
    });
  });

  test('a dry run changes nothing and takes no lock', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'dirty', { dead: 400 });
    await database.query('select pg_advisory_lock(1296190285, 1)');
    const result = await vacuum(database, { 'dry-run': 'true' });
    expect(result).toMatchObject({
      outcome: 'succeeded',
      dryRun: true,
      steps: [{ status: 'planned', command: 'VACUUM (ANALYZE) public.dirty' }],
    });
    const { rows } = await database.query<{ dead: number }>(
      `select pg_stat_get_dead_tuples('dirty'::regclass)::int as dead`,
    );
    expect(rows).toEqual([{ dead: 400 }]);
  });
});
