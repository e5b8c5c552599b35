import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CancelRequested } from '../../../src/core/cancellation.ts';
import { type Cluster, startCluster } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { startStandby } from '../../rig/standby.ts';
import { memoryLog } from '../reindex/kept-log.ts';
import {
  codes,
  count,
  eventsPolicy,
  makeEvents,
  retain,
  slowDown,
  until,
} from './tables.ts';

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  const all = 'select count(*) from events';

  test('rows that somebody has locked are passed over, and come again at the end', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const holder = await database.connect();
    await holder.query('begin; select from events where id <= 10 for update');
    const running = retain(database, [eventsPolicy]);
    await until(database, `(${all}) = 3000 - 830`);
    await holder.query('commit');
    const result = await running;
    expect(result).toMatchObject({ outcome: 'succeeded', findings: [] });
    expect(result.metrics['deletedRows']).toBe(840);
  });

  test('rows that stay locked are left, and who holds them is named', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const holder = await database.connect();
    await holder.query(`set application_name = 'replay'`);
    await holder.query('begin; select from events where id <= 10 for share');
    const result = await retain(database, [eventsPolicy]);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      steps: [{ status: 'done', after: { expiredRows: 10 } }],
    });
    expect(codes(result)).toEqual(['medium rows-left', 'medium xmin-horizon-held']);
    expect(result.findings[0]?.message).toMatch(
      /^10 rows of public\.events .* 10 were locked by others: pid \d+ \(replay, user postgres, idle in transaction\) holds RowShareLock/,
    );
  });

  test('a row that is changed while it waits to be deleted, and is no longer old, stays', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const holder = await database.connect();
    await holder.query('begin; update events set created_at = now() where id = 5');
    const running = retain(database, [eventsPolicy]);
    await until(database, `(${all}) = 3000 - 839`);
    await holder.query('commit');
    expect(await running).toMatchObject({
      outcome: 'succeeded',
      metrics: { deletedRows: 839 },
    });
    expect(await count(database, 'select count(*) from events where id = 5')).toBe(1);
  });

  test('a table that somebody has locked is tried again, then given up with his name', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const holder = await database.connect();
    await holder.query('begin; lock table events in share row exclusive mode');
    const result = await retain(database, [eventsPolicy], { 'lock-timeout': '50ms' });
    expect(result).toMatchObject({ steps: [{ status: 'cancelled' }] });
    expect(codes(result)).toEqual([
      'high starving',
      'medium rows-left',
      'medium table-locked',
    ]);
    expect(result.steps[0]?.error).toMatch(
      /^nothing was deleted: locked by others: pid .* holds ShareRowExclusiveLock/,
    );
    await holder.query('rollback');
    await holder.query('begin; lock table events in access exclusive mode');
    const unseen = await retain(database, [eventsPolicy], { 'lock-timeout': '50ms' });
    expect(unseen).toMatchObject({
      outcome: 'attention',
      steps: [{ status: 'skipped' }],
    });
    expect(codes(unseen)).toEqual(['high table-locked']);
  });

  test('a condition with functions of its own is understood to the end', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(
      `create function final(text) returns bool language sql as 'select true'`,
    );
    const holder = await database.connect();
    await holder.query('begin; select from events where id <= 10 for update');
    const result = await retain(database, [{ ...eventsPolicy, where: 'final(note)' }]);
    expect(result.steps[0]).toMatchObject({ status: 'done', after: { expiredRows: 10 } });
    expect(result.message).toContain('10 that have expired are left');
  });

  test('nothing is deleted while somebody vacuums the table, or builds an index on it', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const holder = await database.connect();
    await holder.query('begin; lock table events in share update exclusive mode');
    let rowsThen: Promise<number> | null = null;
    const result = await retain(
      database,
      [eventsPolicy],
      {},
      {
        onLine(line) {
          if (!line.includes('waits, for pid')) return;
          rowsThen = count(database, all);
          rowsThen.then(() => holder.query('commit')).catch(() => {});
        },
      },
    );
    expect(await rowsThen).toBe(3000);
    expect(result).toMatchObject({ outcome: 'succeeded', metrics: { deletedRows: 840 } });
  });

  test('gives way to who waits for its locks: batches grow smaller, and go on', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await slowDown(database, 0.005);
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    const given = { 'batch-seconds': '0.1' };
    const running = retain(database, [eventsPolicy], given, { onLine });
    const other = await database.connect();
    // The first batch has locked its rows, and will be at work on them for a second.
    await until(
      database,
      `exists (select from events where id = 1 and xmax::text <> '0')`,
    );
    await other.query(`update events set note = 'x' where id = 1`);
    expect(await count(database, all)).toBeGreaterThan(2500);
    const result = await running;
    expect(lines.some((line) => line.includes('gives way to others'))).toBe(true);
    expect(result.metrics['deletedRows']).toBe(840);
  });

  test('who waits is seen by a role that may not see what others do', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(`\
do $$ begin create role clerk login password 'clerk'; exception when duplicate_object then null; end $$;
grant select, update, delete on events to clerk`);
    await slowDown(database, 0.005);
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    const given = { 'batch-seconds': '0.1', 'follow-up': 'none' };
    const running = retain(database, [eventsPolicy], given, { onLine, user: 'clerk' });
    const other = await database.connect();
    await until(
      database,
      `exists (select from events where id = 1 and xmax::text <> '0')`,
    );
    await other.query(`update events set note = 'x' where id = 1`);
    await running;
    expect(lines.some((line) => line.includes('gives way to others'))).toBe(true);
  });

  test('stops at the deadline, keeps what it has done, and the next run goes on', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await slowDown(database, 0.004);
    const result = await retain(database, [eventsPolicy], {
      deadline: '2500ms',
      'batch-seconds': '0.05',
    });
    expect(result).toMatchObject({ outcome: 'incomplete', reason: 'deadline-reached' });
    const [step] = result.steps;
    const deleted = step?.metrics['deletedRows'] ?? 0;
    expect(step).toMatchObject({
      status: 'cancelled',
      after: { expiredRows: 840 - deleted },
    });
    expect(deleted).toBeGreaterThan(0);
    expect(deleted).toBeLessThan(840);
    expect(await count(database, all)).toBe(3000 - deleted);
    expect(codes(result)).toContain('low rows-left');
    expect(Date.parse(result.finishedAt)).toBeLessThan(
      Date.parse(result.deadline ?? '') + 500,
    );
    await database.query('drop trigger slow on events');
    const next = await retain(database, [eventsPolicy]);
    expect(next).toMatchObject({
      outcome: 'succeeded',
      metrics: { deletedRows: 840 - deleted },
    });
  });

  test('cancelled, it stops at once on the server and says what is gone', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await slowDown(database, 0.004);
    const controller = new AbortController();
    const running = retain(
      database,
      [eventsPolicy],
      { 'batch-seconds': '0.05' },
      {
        signal: controller.signal,
      },
    );
    await until(database, `(${all}) < 2900`);
    controller.abort(new CancelRequested('SIGINT'));
    const result = await running;
    expect(result).toMatchObject({
      outcome: 'cancelled',
      steps: [{ status: 'cancelled' }],
    });
    const deleted = result.steps[0]?.metrics['deletedRows'] ?? 0;
    expect(deleted).toBeGreaterThan(0);
    expect(await count(database, all)).toBe(3000 - deleted);
    expect(
      await count(
        database,
        `select count(*) from pg_stat_activity
        where datname = current_database() and query like 'with batch%' and state = 'active'`,
      ),
    ).toBe(0);
  });

  test('stops where the WAL budget is spent', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database, { rows: 20_000 });
    const policy = { ...eventsPolicy, 'max-share': '100%' };
    const result = await retain(database, [policy], { 'wal-budget': '300kB' });
    expect(result).toMatchObject({ outcome: 'incomplete', reason: 'budget-spent' });
    const [step] = result.steps;
    expect(step?.error).toMatch(/has written 300 kB of WAL, its budget/);
    expect(step?.metrics['deletedRows']).toBeGreaterThan(0);
    expect(await count(database, all)).toBe(20_000 - (step?.metrics['deletedRows'] ?? 0));
  });

  test('what is dead is passed once, also while somebody holds an old snapshot', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database, { rows: 30_000 });
    const reader = await database.connect();
    await reader.query(
      'begin isolation level repeatable read; select from events limit 1',
    );
    await database.query('select pg_stat_reset()');
    const policy = { ...eventsPolicy, 'max-share': '100%' };
    const result = await retain(database, [policy], { 'batch-seconds': '0.01' });
    const deleted = result.metrics['deletedRows'] ?? 0;
    expect(deleted).toBe(30_000 - 2160);
    expect(result.steps[0]?.metrics['batches']).toBeGreaterThan(5);
    await until(
      database,
      `(select n_tup_del from pg_stat_user_tables where relname = 'events') = ${deleted}`,
    );
    const read = await count(
      database,
      `select idx_tup_read from pg_stat_user_indexes where indexrelname = 'events_created_at_idx'`,
    );
    // Each once to find where a range ends, and once to delete it.
    expect(read).toBeLessThan(deleted * 2.1);
    // And what could not be removed behind it is said, with who is in the way.
    expect(codes(result)).toEqual(['medium xmin-horizon-held']);
  });

  test('the next run begins where this one has stopped', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database, { rows: 30_000 });
    const reader = await database.connect();
    await reader.query(
      'begin isolation level repeatable read; select from events limit 1',
    );
    const policy = { ...eventsPolicy, 'max-share': '100%' };
    const log = memoryLog();
    const given = { 'follow-up': 'none', 'batch-seconds': '0.01' };
    const first = await retain(
      database,
      [policy],
      { ...given, 'wal-budget': '1MB' },
      { log },
    );
    expect(first.outcome).toBe('incomplete');
    const gone = first.metrics['deletedRows'] ?? 0;
    expect(gone).toBeGreaterThan(1000);
    await database.query('select pg_stat_reset()');
    const second = await retain(database, [policy], given, { log });
    const rest = second.metrics['deletedRows'] ?? 0;
    expect(gone + rest).toBe(30_000 - 2160);
    await until(
      database,
      `(select n_tup_del from pg_stat_user_tables where relname = 'events') = ${rest}`,
    );
    const read = await count(
      database,
      `select idx_tup_read from pg_stat_user_indexes where indexrelname = 'events_created_at_idx'`,
    );
    // From the beginning on it would have passed what the first run has deleted.
    expect(read).toBeLessThan(rest * 2 + gone / 2);
  });
});

test('nothing is deleted while a standby is too far behind', async () => {
  await using primary = await startCluster(15, { settings: { wal_level: 'replica' } });
  await using standby = await startStandby(primary);
  await using database = await primary.createDatabase();
  await makeEvents(database);
  await standby.pauseReplay();
  await database.query('create table unrelated as select 1');
  const result = await retain(database, [eventsPolicy], {
    'max-replica-lag': '1ms',
    deadline: '6s',
  });
  expect(result).toMatchObject({ outcome: 'attention' });
  expect(result.steps[0]).toMatchObject({ metrics: { deletedRows: 0 } });
  expect(result.steps[0]?.error).toMatch(
    /the deadline came while a standby was .* behind/,
  );
  expect(codes(result)).toContain('high starving');
  expect(await count(database, 'select count(*) from events')).toBe(3000);
});
