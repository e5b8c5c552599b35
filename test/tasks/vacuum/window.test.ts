import { afterAll, beforeAll, expect, test } from 'vitest';
import { task } from '../../../src/tasks/vacuum/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { newestPostgres } from '../../rig/postgres-binaries.ts';
import { runInProcess } from '../run-task.ts';
import { makeTable, slowDown } from './tables.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster(newestPostgres);
});
afterAll(() => cluster[Symbol.asyncDispose]());

function vacuum(
  database: TestDatabase,
  inputs: Record<string, string>,
  onLine: (line: string) => void = () => {},
) {
  return runInProcess(task, { 'database-url': database.url(), ...inputs }, { onLine });
}

test('at the deadline the server cancels what runs, and the rest is carried over by name', async () => {
  await using database = await cluster.createDatabase();
  await makeTable(database, 'quick', { rows: 20, dead: 20, options: eager });
  await makeTable(database, 'endless', { rows: 20_000, dead: 20_000 });
  await makeTable(database, 'later', { dead: 400 });
  await database.query(`update pg_class set relpages = 1e6 where relname = 'later'`);
  await slowDown(database);
  const result = await vacuum(database, {
    deadline: '6s',
    analyze: 'never',
    tables: '["public.*"]',
  });
  expect(result).toMatchObject({ outcome: 'incomplete', reason: 'deadline-reached' });
  expect(Object.fromEntries(result.steps.map(({ id, status }) => [id, status]))).toEqual({
    'public.endless': 'cancelled',
    'public.quick': 'done',
    'public.later': 'carried-over',
  });
  expect(result.message).toContain('2 carried over (public.endless, public.later)');
  expect(Date.parse(result.finishedAt)).toBeLessThanOrEqual(
    Date.parse(result.deadline ?? ''),
  );
  const { rows } = await database.query(
    `select query from pg_stat_activity where application_name like 'matchbook-%'`,
  );
  expect(rows).toEqual([]);
});

test('the time limit is set on the server, in case nobody is left to cancel', async () => {
  await using database = await cluster.createDatabase();
  await makeTable(database, 'locked', { dead: 900 });
  await database.query(`alter database ${database.name} set statement_timeout = '1ms'`);
  const holder = await database.connect();
  await holder.query('set statement_timeout = 0');
  await holder.query('begin; lock table locked in share mode');
  let limits: unknown;
  const result = await vacuum(
    database,
    { deadline: '1h', 'lock-timeout': '10s' },
    (line) => {
      if (!line.startsWith('begin: VACUUM')) return;
      limits = holder.query('select pg_sleep(0.2)').then(() => holder.query('commit'));
    },
  );
  await limits;
  // With the database's own setting of 1 ms it could not have waited for the lock.
  expect(result.steps).toMatchObject([{ id: 'public.locked', status: 'done' }]);
});

test('what does not fit is not begun, and a window in which nothing fits is red', async () => {
  await using database = await cluster.createDatabase();
  await makeTable(database, 'dirty', { dead: 900 });
  // Pages that the plan believes in: a terabyte does not fit into a minute.
  await database.query(
    `update pg_class set relpages = 134217728 where relname = 'dirty'`,
  );
  const result = await vacuum(database, { deadline: '1m', analyze: 'never' });
  expect(result).toMatchObject({
    outcome: 'attention',
    steps: [{ status: 'carried-over', startedAt: null }],
    findings: [{ code: 'starving', severity: 'high' }],
  });
  expect(result.steps[0]?.error).toMatch(/not begun: it needs about \d+ (min|h)/);
});

test('after its deadline a run does not even connect', async () => {
  const result = await runInProcess(task, {
    'database-url': 'postgres://nobody@127.0.0.1:1/none',
    deadline: '2026-01-01T04:00:00Z',
  });
  expect(result).toMatchObject({ outcome: 'blocked', reason: 'window-closed' });
});

const eager = 'autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0';
