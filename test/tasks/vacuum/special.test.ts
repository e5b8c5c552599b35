import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvalidInputs } from '../../../src/core/inputs.ts';
import { task } from '../../../src/tasks/vacuum/index.ts';
import { makeClusterDirectory } from '../../rig/cluster-directory.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { giveTo, serverUser } from '../../rig/server-user.ts';
import { runInProcess } from '../run-task.ts';
import { flushCounters, makeTable, slowDown } from './tables.ts';

const confirmed = { 'confirm-exclusive-lock': 'true' };

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  function vacuum(database: TestDatabase, inputs: Record<string, string> = {}) {
    const given = { 'database-url': database.url(), tables: '["public.*"]', ...inputs };
    return runInProcess(task, given);
  }

  test('full rewrites the tables that are named, once that is confirmed', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades', { rows: 5000, dead: 5000 });
    const full = '["public.trades"]';
    await expect(vacuum(database, { full })).rejects.toThrow(InvalidInputs);
    const dry = await vacuum(database, { full, 'dry-run': 'true' });
    expect(dry.steps[0]?.why).toContain('full rewrites');
    const result = await vacuum(database, { full, ...confirmed });
    const [step] = result.steps;
    expect(step).toMatchObject({
      command: 'VACUUM (FULL, ANALYZE) public.trades',
      status: 'done',
    });
    expect(Number(step?.after?.['bytes'])).toBeLessThan(Number(step?.before?.['bytes']));
  });

  test('full of a partitioned table rewrites its leaves, whatever tables says', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table candles (at int, open int) partition by range (at);
create table candles_1 partition of candles for values from (0) to (1000);
create table candles_2 partition of candles for values from (1000) to (2000)`);
    await makeTable(database, 'trades');
    await database.query(
      'insert into candles select i, i from generate_series(0, 1999) i',
    );
    await flushCounters(database);
    await database.query('vacuum (analyze) candles');
    const result = await vacuum(database, {
      full: '["public.candles"]',
      tables: '["public.trades"]',
      ...confirmed,
    });
    expect(result.outcome).toBe('succeeded');
    expect(result.steps.map(({ command }) => command).sort()).toEqual([
      'VACUUM (FULL, ANALYZE) public.candles_1',
      'VACUUM (FULL, ANALYZE) public.candles_2',
    ]);
  });

  test('a partitioned table without partitions is never due', async () => {
    await using database = await cluster.createDatabase();
    await database.query('create table candles (at int) partition by range (at)');
    const inputs = { select: 'all', analyze: 'always' };
    expect(await vacuum(database, inputs)).toMatchObject({ outcome: 'nothing-to-do' });
  });

  test('full waits for nobody longer than lock-timeout', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades', { dead: 900 });
    const reader = await database.connect();
    await reader.query('begin; select from trades limit 1');
    const dry = await vacuum(database, {
      full: '["public.trades"]',
      ...confirmed,
      'dry-run': 'true',
    });
    expect(dry.findings).toMatchObject([{ code: 'table-locked' }]);
    expect(dry.findings[0]?.message).toMatch(/in use.*holds AccessShareLock/);
    const result = await vacuum(database, {
      full: '["public.trades"]',
      ...confirmed,
      'lock-timeout': '50ms',
    });
    expect(result.steps).toMatchObject([{ status: 'failed' }]);
    expect(result.findings.map(({ code }) => code)).toEqual([
      'table-locked',
      'table-locked',
    ]);
    expect(result.findings[1]?.message).toMatch(/was locked: .*holds AccessShareLock/);
  });

  test('a large table is vacuumed with a ring of buffers that fits it', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades', { dead: 900 });
    await database.query(`update pg_class set relpages = 300000, relallvisible = 0
      where relname = 'trades'`);
    const { steps } = await vacuum(database, { analyze: 'never' });
    expect(steps).toMatchObject([
      {
        command:
          version >= 16
            ? `VACUUM (BUFFER_USAGE_LIMIT '16MB') public.trades`
            : 'VACUUM public.trades',
        status: 'done',
      },
    ]);
  });

  test('WAL is measured per command, and a budget that is spent carries the rest over', async () => {
    await using database = await cluster.createDatabase();
    for (const name of ['a', 'b', 'c']) {
      await makeTable(database, name, { rows: 5000, dead: 5000 });
    }
    const inputs = { 'wal-budget': '400kB', jobs: '1', analyze: 'never' };
    const result = await vacuum(database, inputs);
    expect(result).toMatchObject({ outcome: 'incomplete', reason: 'budget-spent' });
    const done = result.steps.filter(({ status }) => status === 'done');
    expect(done.length).toBeGreaterThan(0);
    for (const { metrics } of done) {
      expect(metrics['walBytes']).toBeGreaterThan(20_000);
      expect(metrics['walBytes']).toBeLessThan(2_000_000);
    }
    expect(result.steps.at(-1)).toMatchObject({ status: 'carried-over' });
    expect(result.steps.at(-1)?.error).toContain('of the budget were left');
  });

  test('a locked table is tried again, and done once it is free', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'locked', { dead: 900 });
    const holder = await database.connect();
    await holder.query('begin; lock table locked in access exclusive mode');
    const lines: string[] = [];
    let freed: Promise<unknown> = Promise.resolve();
    const result = await runInProcess(
      task,
      { 'database-url': database.url(), 'lock-timeout': '100ms' },
      {
        onLine: (line) => {
          lines.push(line);
          if (line.startsWith('later: ')) freed = holder.query('commit');
        },
      },
    );
    await freed;
    expect(lines.filter((line) => line.startsWith('begin: '))).toHaveLength(2);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      findings: [],
      steps: [{ status: 'done', error: null }],
    });
  });

  test('a long command writes how far it has come', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'endless', { rows: 20_000, dead: 20_000 });
    await slowDown(database);
    const lines: string[] = [];
    await runInProcess(
      task,
      { 'database-url': database.url(), deadline: '14s', analyze: 'never' },
      { onLine: (line) => lines.push(line) },
    );
    expect(lines.join('\n')).toMatch(
      /public\.endless, 1\d s: scanning heap, .* of its pages, about .* to scan the rest/,
    );
  });

  describe('after a crash, which loses all counters', () => {
    test.each([
      ['the pages are counted', true, ['public.dirty']],
      [
        'all tables are due where nobody can count',
        false,
        ['public.clean', 'public.dirty'],
      ],
    ])('%s', async (_, hasPgstattuple, expected) => {
      const directory = await makeClusterDirectory();
      await giveTo(serverUser(), directory);
      const dataDirectory = join(directory, 'data');
      const dying = await startCluster(version, { dataDirectory });
      const name = await dying.createTemplate(async (client) => {
        if (hasPgstattuple) await client.query('create extension pgstattuple');
        const database = { query: client.query.bind(client) };
        await makeTable(database, 'clean', { rows: 2000 });
        await makeTable(database, 'dirty', { rows: 2000, dead: 900 });
      });
      await dying.stop('immediate');
      const cluster = await startCluster(version, { dataDirectory });
      const result = await runInProcess(task, {
        'database-url': cluster.url({ database: name }),
        tables: '["public.*"]',
      });
      await cluster.stop();
      await rm(directory, { recursive: true });
      expect(result.findings).toMatchObject([
        { code: 'statistics-lost', severity: 'medium' },
      ]);
      expect(result.steps.map(({ id }) => id).sort()).toEqual(expected);
      expect(result.outcome).toBe('succeeded');
    });
  });
});
