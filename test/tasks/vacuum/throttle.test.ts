import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { task } from '../../../src/tasks/vacuum/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { newestPostgres } from '../../rig/postgres-binaries.ts';
import { type Standby, startStandby } from '../../rig/standby.ts';
import { runInProcess } from '../run-task.ts';
import { makeTable, slowDown } from './tables.ts';

let primary: Cluster;
let standby: Standby;
beforeAll(async () => {
  primary = await startCluster(newestPostgres);
  standby = await startStandby(primary);
});
afterAll(async () => {
  await standby[Symbol.asyncDispose]();
  await primary[Symbol.asyncDispose]();
});

function vacuum(
  database: TestDatabase,
  inputs: Record<string, string>,
  onLine: (line: string) => void = () => {},
) {
  const given = { 'database-url': database.url(), tables: '["public.*"]', ...inputs };
  return runInProcess(task, { analyze: 'never', ...given }, { onLine });
}

async function untilVacuuming(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query('select from pg_stat_progress_vacuum');
    if (rows.length > 0) return;
  }
}

test('with a standby, the end of the table is not cut off', async () => {
  await using database = await primary.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  const { steps } = await vacuum(database, {});
  expect(steps).toMatchObject([
    { command: 'VACUUM (TRUNCATE FALSE) public.trades', status: 'done' },
  ]);
});

test('nothing is begun while a standby is too far behind', async () => {
  await using database = await primary.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  await standby.pauseReplay();
  await database.query(`update trades set note = 'more' where id > 950`);
  const result = await vacuum(database, {
    'max-replica-lag': '1ms',
    deadline: '3s',
  });
  await standby.resumeReplay();
  expect(result.steps).toMatchObject([{ status: 'carried-over', startedAt: null }]);
  expect(result.steps[0]?.error).toMatch(/a standby was .* behind/);
  const again = await vacuum(database, { 'max-replica-lag': '1m' });
  expect(again.steps).toMatchObject([{ status: 'done' }]);
});

test('adaptive: what runs is stopped when a standby falls behind, and tried again', async () => {
  await using database = await primary.createDatabase();
  await makeTable(database, 'trades', { rows: 20_000, dead: 20_000 });
  await slowDown(database);
  let lagging: Promise<unknown> = Promise.resolve();
  const lines: string[] = [];
  const result = await vacuum(
    database,
    { throttle: 'adaptive', 'max-replica-lag': '500ms', deadline: '8s' },
    (line) => {
      lines.push(line);
      if (line.startsWith('begin: VACUUM') && lines.length < 5)
        lagging = standby.pauseReplay();
    },
  );
  await lagging;
  await standby.resumeReplay();
  expect(lines.join('\n')).toMatch(
    /later: public\.trades in .*: stopped on the server to give way: a standby was .* behind/,
  );
  expect(result.outcome).toBe('attention');
});

test('adaptive: what runs gives way to who waits for its lock', async () => {
  await using database = await primary.createDatabase();
  await makeTable(database, 'trades', { rows: 20_000, dead: 20_000 });
  await slowDown(database);
  const migration = await database.connect();
  await migration.query(`set application_name = 'migration'`);
  let migrated: Promise<unknown> = Promise.resolve();
  const lines: string[] = [];
  await vacuum(database, { throttle: 'adaptive', deadline: '4s' }, (line) => {
    lines.push(line);
    if (!line.startsWith('begin: VACUUM')) return;
    migrated = untilVacuuming(migration).then(() =>
      migration.query('alter table trades add column if not exists fee int'),
    );
  });
  await migrated;
  expect(lines.join('\n')).toMatch(
    /to give way: pid \d+ \(migration\) waited for its lock/,
  );
});

test('gentle: the pauses of autovacuum are in force for the command alone', async () => {
  await using database = await primary.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  const holder = await database.connect();
  await holder.query('begin; lock table trades in share mode');
  // A probe in an index: a function that VACUUM does not call, but ANALYZE does.
  await holder.query(`\
create function delay(int) returns text immutable language sql as
  $$ select current_setting('vacuum_cost_delay') $$;
create index on trades (delay(id)); commit`);
  await vacuum(database, { throttle: 'gentle', analyze: 'always' });
  const { rows } = await database.query<{ delay: string }>(
    `select most_common_vals::text as delay from pg_stats where tablename = 'trades_delay_idx'`,
  );
  expect(rows).toEqual([{ delay: '{2ms}' }]);
});

test('a role that may not see the standbys is told so', async () => {
  await using database = await primary.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  await database.query(`create role blind login password 'blind'`);
  await database.query('alter table trades owner to blind');
  const result = await runInProcess(task, {
    'database-url': database.url({ user: 'blind', password: 'blind' }),
    'max-replica-lag': '1s',
    tables: '["public.*"]',
  });
  await database.query('drop owned by blind; drop role blind');
  expect(result.steps).toMatchObject([{ status: 'done' }]);
  expect(result.findings).toMatchObject([
    {
      code: 'not-checked',
      subject: 'replica lag',
      remedy: 'Run: grant pg_monitor to "blind"',
    },
  ]);
});
