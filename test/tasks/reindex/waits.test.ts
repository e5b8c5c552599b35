import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CancelRequested } from '../../../src/core/cancellation.ts';
import { task } from '../../../src/tasks/reindex/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { runInProcess } from '../run-task.ts';
import { memoryLog } from './kept-log.ts';
import { installEvidence, invalidIndexes, makeIndexed, until } from './tables.ts';

const waiting = `exists (select from pg_stat_progress_create_index where phase like 'waiting%'
  and datname = current_database())`;

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version, {
      settings: { max_prepared_transactions: '5' },
    });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  type Options = Parameters<typeof runInProcess>[2];

  function reindex(
    database: TestDatabase,
    inputs: Record<string, string> = {},
    options: Options = {},
  ) {
    const given = {
      'database-url': database.url(),
      'min-size': '100kB',
      'max-wait': '500ms',
      'lock-timeout': '200ms',
      tables: '["public.*"]',
      ...inputs,
    };
    return runInProcess(task, given, options);
  }

  /** Begins a transaction of an application, and does something in it. */
  async function begin(database: TestDatabase, application: string, sql: string) {
    const session = await database.connect();
    await session.query(`set application_name = '${application}'`);
    await session.query(sql);
    return session;
  }

  const snapshot = 'begin isolation level repeatable read; select from pg_class limit 1';
  const older = (application: string, seconds: number) =>
    `exists (select from pg_stat_activity where application_name = '${application}'
      and xact_start < clock_timestamp() - interval '${seconds} seconds')`;

  test('a transaction that is older than max-wait: not begun, and the holder is named', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    await makeIndexed(database, 'trades', { deleted: 60 });
    const before = await sizes(database);
    await begin(database, 'report', snapshot);
    await until(database, older('report', 0.5));
    const dry = await reindex(database, { 'dry-run': 'true' });
    expect(dry.findings.map(({ code }) => code)).toContain('old-transaction');
    const result = await reindex(database);
    expect(result.outcome).toBe('attention');
    expect(result.steps.map(({ status }) => status)).toEqual([
      'carried-over',
      'carried-over',
    ]);
    expect(result.steps[0]?.error).toMatch(/pid \d+ \(report, user postgres\)/);
    const found = result.findings.filter(({ code }) => code === 'old-transaction');
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toMatch(
      /report, user postgres\), idle in transaction for /,
    );
    expect(found[0]?.remedy).toMatch(
      /pg_terminate_backend\(pid\) from pg_stat_activity where pid = \d+ and backend_start = '/,
    );
    expect(await sizes(database)).toEqual(before);
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('a transaction that ends within max-wait is waited for before the work', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    const reader = await begin(database, 'report', snapshot);
    await until(database, older('report', 2));
    let ended: Promise<unknown> = Promise.resolve();
    const result = await reindex(
      database,
      { 'max-wait': '2s' },
      {
        onLine: (line) => {
          if (line.includes('waits for')) ended = reader.query('commit');
        },
      },
    );
    await ended;
    expect(result).toMatchObject({ outcome: 'succeeded', steps: [{ status: 'done' }] });
  });

  test('one that comes during the build: given up after max-wait, and nothing is left', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    await makeIndexed(database, 'trades', { deleted: 60 });
    await begin(database, 'report', snapshot);
    const result = await reindex(database, { 'max-wait': '1s', jobs: '1' });
    expect(result.steps[0]).toMatchObject({ status: 'cancelled' });
    expect(result.steps[0]?.error).toMatch(
      /^given up after 1\.0 s \(max-wait\) waiting for old snapshots, behind pid \d+ \(report, user postgres\), idle in transaction for /,
    );
    // By then it is older than max-wait.
    expect(result.steps[1]).toMatchObject({ status: 'carried-over', startedAt: null });
    expect(result.findings.map(({ code }) => code)).toContain('old-transaction');
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('one step given up, another done: incomplete, and the findings say why', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    await makeIndexed(database, 'trades', { deleted: 60 });
    await begin(database, 'writer', `begin; update trades set note = '' where id = 1000`);
    const result = await reindex(database, { 'max-wait': '1s' });
    expect(result).toMatchObject({ outcome: 'incomplete', reason: 'findings' });
    const status = (id: string) => result.steps.find((step) => step.id === id)?.status;
    expect(status('public.orders_index')).toBe('done');
    expect(status('public.trades_index')).toBe('cancelled');
  });

  test('what a writer keeps from being dropped is told, and dropped by the next run', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'trades', { deleted: 60 });
    const log = memoryLog();
    const writer = await begin(
      database,
      'writer',
      `begin; update trades set note = '' where id = 1000`,
    );
    const result = await reindex(database, {}, { log });
    expect(result.steps[0]?.error).toMatch(/waiting for writers before build.*writer/);
    expect(result.steps[0]?.error).toContain(
      'public.trades_index_ccnew could not be dropped at once (its table is in use: pid',
    );
    expect(result.findings).toContainEqual(
      expect.objectContaining({
        code: 'invalid-index-leftover',
        severity: 'medium',
        subject: 'public.trades_index_ccnew',
        remedy: 'Run: DROP INDEX CONCURRENTLY public.trades_index_ccnew',
      }),
    );
    await writer.query('commit');
    const next = await reindex(database, {}, { log });
    expect(next.steps).toMatchObject([
      {
        command: 'DROP INDEX CONCURRENTLY public.trades_index_ccnew',
        why: expect.stringContaining('left by an earlier run of ours'),
        status: 'done',
      },
      { id: 'public.trades_index', status: 'done' },
    ]);
    expect(next.outcome).toBe('succeeded');
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('a reader of the table at the end: the rebuild has succeeded, the old index is left', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'trades', { deleted: 60 });
    const log = memoryLog();
    const reader = await begin(database, 'reader', 'begin; select from trades limit 1');
    const result = await reindex(database, {}, { log });
    expect(result.steps).toMatchObject([{ status: 'done', error: null }]);
    expect(result.metrics['reclaimedBytes']).toBeGreaterThan(100_000);
    const [found] = result.findings.filter(
      ({ code }) => code === 'invalid-index-leftover',
    );
    expect(found?.subject).toBe('public.trades_index_ccold');
    expect(found?.message).toContain('The rebuild itself has succeeded.');
    await reader.query('commit');
    const next = await reindex(database, { 'cool-down': '0s' }, { log });
    expect(next.steps).toMatchObject([
      { command: 'DROP INDEX CONCURRENTLY public.trades_index_ccold', status: 'done' },
    ]);
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('a prepared transaction on the table is found and named', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'trades', { deleted: 60 });
    const session = await database.connect();
    await session.query(`begin; update trades set note = '' where id = 1000`);
    await session.query(`prepare transaction 'settlement'`);
    await until(
      database,
      `exists (select from pg_prepared_xacts where prepared < clock_timestamp() - interval '0.5 s')`,
    );
    const result = await reindex(database);
    expect(result.steps[0]?.error).toContain('prepared transaction settlement');
    expect(result.findings).toContainEqual(
      expect.objectContaining({
        code: 'old-transaction',
        remedy: `Commit it, or run: rollback prepared 'settlement'`,
      }),
    );
    await session.query(`rollback prepared 'settlement'`);
  });

  test('a prepared transaction that comes during the build is named, too', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'trades', { deleted: 60 });
    const session = await database.connect();
    await session.query(`begin; update trades set note = '' where id = 1000`);
    await session.query(`prepare transaction 'young'`);
    const result = await reindex(database, { 'max-wait': '1s' });
    await session.query(`rollback prepared 'young'`);
    expect(result.steps[0]?.error).toMatch(
      /^given up .*waiting for writers before build, behind prepared transaction young \(user postgres\), there for /,
    );
  });

  test('a session in another database, and one that only wrote another table, are no matter', async () => {
    await using database = await cluster.createDatabase();
    await using elsewhere = await cluster.createDatabase();
    await makeIndexed(database, 'trades', { deleted: 60 });
    await makeIndexed(database, 'other');
    await begin(elsewhere, 'elsewhere', snapshot);
    await begin(database, 'writer', `begin; update other set note = '' where id = 1`);
    await until(database, older('writer', 0.5));
    const result = await reindex(database, { tables: '["public.trades"]' });
    expect(result.outcome).toBe('succeeded');
  });

  test('the deadline comes while it waits: stopped on the server, cleaned up, carried over', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'trades', { deleted: 60 });
    await begin(database, 'report', snapshot);
    const result = await reindex(database, { 'max-wait': '60s', deadline: '3s' });
    expect(result.steps).toMatchObject([
      {
        status: 'cancelled',
        error: expect.stringMatching(
          /^stopped on the server at the deadline, waiting for old snapshots, behind pid \d+ \(report/,
        ),
      },
    ]);
    expect(Date.parse(result.finishedAt)).toBeLessThanOrEqual(
      Date.parse(result.deadline ?? '') + 500,
    );
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('cancelled while it waits: stopped on the server, and cleaned up', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'trades', { deleted: 60 });
    await begin(database, 'report', snapshot);
    const stop = new AbortController();
    const running = reindex(database, { 'max-wait': '60s' }, { signal: stop.signal });
    await until(database, waiting);
    stop.abort(new CancelRequested('SIGINT'));
    const result = await running;
    expect(result).toMatchObject({
      outcome: 'cancelled',
      steps: [
        {
          status: 'cancelled',
          error: 'stopped on the server when the run was stopped',
        },
      ],
    });
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('the WAL budget is spent in the middle: stopped, cleaned up, carried over', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'trades', { deleted: 60 });
    await database.query('create table busy (note text)');
    await begin(database, 'report', snapshot);
    const running = reindex(database, {
      'max-wait': '60s',
      'wal-budget': '2MB',
      tables: '["public.trades"]',
    });
    await until(database, waiting);
    await database.query(
      `insert into busy select repeat('x', 1000) from generate_series(1, 5000)`,
    );
    const result = await running;
    expect(result.steps).toMatchObject([
      {
        status: 'cancelled',
        error: expect.stringContaining('the server had written 2.0 MB of WAL'),
      },
    ]);
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('two rebuilds of one run that wait for each other do not count against max-wait', async () => {
    await using database = await cluster.createDatabase();
    await installEvidence(database);
    for (const name of ['orders', 'trades', 'fills']) {
      const index = '(lower(note)) where id > 10';
      await makeIndexed(database, name, { deleted: 60, index });
    }
    const result = await reindex(database, { jobs: '3', 'max-wait': '60ms' });
    expect(result.steps.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
  });

  async function sizes(database: TestDatabase) {
    const { rows } = await database.query(
      `select relname, relfilenode from pg_class where relname like '%_index' order by 1`,
    );
    return rows;
  }
});
