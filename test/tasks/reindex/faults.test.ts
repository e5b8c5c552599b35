import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { task } from '../../../src/tasks/reindex/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { startStandby } from '../../rig/standby.ts';
import { runInProcess } from '../run-task.ts';
import { memoryLog } from './kept-log.ts';
import { invalidIndexes, leaveInvalid, makeIndexed, settle, until } from './tables.ts';

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
    for (const role of ['trader', 'stranger', 'keeper']) {
      await (await cluster.connect()).query(
        `create role ${role} login password '${role}'`,
      );
    }
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  function reindex(
    database: TestDatabase,
    inputs: Record<string, string> = {},
    role?: string,
    onLine?: (line: string) => void,
  ) {
    const url = database.url(role ? { user: role, password: role } : {});
    const given = { 'database-url': url, 'min-size': '100kB', ...inputs };
    return runInProcess(task, given, onLine ? { onLine } : {});
  }

  test('an index that does not exist, a pattern that matches nothing: one finding each', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    const result = await reindex(database, {
      indexes: '["public.oders_index", "audit.*", "!public.none"]',
      tables: '["public.traids", "public.orders"]',
    });
    expect(result).toMatchObject({ outcome: 'attention', steps: [] });
    expect(result.findings.map(({ code, subject }) => [code, subject])).toEqual([
      ['no-such-index', 'audit.*'],
      ['no-such-index', 'public.oders_index'],
      ['no-such-table', 'public.traids'],
      ['no-such-index', '!public.none'],
    ]);
    const table = await reindex(database, { indexes: '["public.orders"]' });
    expect(table.findings[0]?.remedy).toBe(
      'That is a table: name it in the input `tables`.',
    );
  });

  test('indexes of somebody else leave the plan, folded into one finding', async () => {
    await using database = await cluster.createDatabase();
    for (const name of ['own', 'foreign_a', 'foreign_b', 'foreign_dense']) {
      const deleted = name === 'foreign_dense' ? 0 : 60;
      await makeIndexed(database, name, { deleted });
      await database.query(`grant select on ${name} to trader`);
      await database.query(
        `alter table ${name} owner to ${name === 'own' ? 'trader' : 'keeper'}`,
      );
    }
    await database.query('grant select on all tables in schema public to trader');
    const result = await reindex(database, {}, 'trader');
    expect(result.steps).toMatchObject([{ id: 'public.own_index', status: 'done' }]);
    const found = result.findings.filter(({ code }) => code === 'not-owner');
    expect(found).toMatchObject([{ severity: 'low', subject: 'role trader' }]);
    expect(found[0]?.message).toContain('public.foreign_a_index, public.foreign_b_index');
    expect(found[0]?.message).not.toContain('dense');
    expect(found[0]?.remedy).toBe(
      version >= 17
        ? 'Run: grant pg_maintain to "trader"'
        : 'Run: grant "keeper" to "trader"',
    );
    const named = await reindex(
      database,
      { indexes: '["public.foreign_dense_index"]' },
      'trader',
    );
    expect(named).toMatchObject({
      outcome: 'attention',
      steps: [],
      findings: [{ code: 'not-owner', severity: 'high' }],
    });
  });

  test('a role that may rebuild nothing is refused with the GRANT', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    await database.query('alter table orders owner to keeper');
    const result = await reindex(database, {}, 'stranger');
    expect(result).toMatchObject({ outcome: 'blocked', reason: 'permission-denied' });
    expect(result.message).toContain('to "stranger"');
    expect(result.findings[0]?.message).toContain('public.orders_index');
  });

  test('the owner of the database may not rebuild what he does not own', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    await database.query(`alter database ${database.name} owner to keeper`);
    expect(await reindex(database, {}, 'keeper')).toMatchObject({
      outcome: 'blocked',
      reason: 'permission-denied',
    });
  });

  if (version >= 17) {
    test('MAINTAIN is enough to rebuild, and not to drop what is left', async () => {
      await using database = await cluster.createDatabase();
      await makeIndexed(database, 'orders', { deleted: 60 });
      await database.query('grant select, maintain on orders to trader');
      const done = await reindex(database, { tables: '["public.orders"]' }, 'trader');
      expect(done.steps).toMatchObject([{ status: 'done' }]);
      await database.query('delete from orders where id % 100 < 90');
      await settle(database, 'orders');
      const reader = await database.connect();
      await reader.query('begin isolation level repeatable read; select from pg_class');
      const inputs = { tables: '["public.orders"]', 'max-wait': '500ms' };
      const result = await reindex(database, inputs, 'trader');
      await reader.query('commit');
      expect(result.steps[0]?.error).toContain(
        'public.orders_index_ccnew could not be dropped at once (only its owner may drop it)',
      );
      expect(await invalidIndexes(database)).toEqual(['orders_index_ccnew']);
      expect(result.findings.map(({ code }) => code)).toContain('not-owner');
      const again = await reindex(database, inputs, 'trader');
      expect(again.steps[0]?.error).toContain('only its owner may drop it');
      expect(await invalidIndexes(database)).toEqual(['orders_index_ccnew']);
    });
  }

  test('an owner without any extension, and without a right beyond his tables', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60, index: '(lower(note))' });
    await makeIndexed(database, 'dense', { index: '(note)' });
    await database.query('alter table orders owner to trader');
    await database.query('alter table dense owner to trader');
    const result = await reindex(database, {}, 'trader');
    expect(result.steps).toMatchObject([
      { id: 'public.orders_index', status: 'done', before: { evidence: 'estimate' } },
    ]);
    const [found] = result.findings.filter(({ subject }) => subject.includes('pages'));
    expect(found).toMatchObject({
      code: 'not-checked',
      remedy:
        'Run: create extension if not exists pgstattuple; grant pg_stat_scan_tables to "trader"',
    });
  });

  test('works where the server has a connection left for one job only', async () => {
    await using database = await cluster.createDatabase();
    for (const name of ['orders', 'trades']) {
      await makeIndexed(database, name, { deleted: 60 });
      await database.query(`alter table ${name} owner to stranger`);
    }
    await until(
      database,
      `not exists (select from pg_stat_activity where usename = 'stranger')`,
    );
    await database.query('alter role stranger connection limit 2');
    const result = await reindex(database, { jobs: '3' }, 'stranger');
    await database.query('alter role stranger connection limit -1');
    expect(result.steps.map(({ status }) => status)).toEqual(['done', 'done']);
  });

  test('what is dropped, renamed or rebuilt by somebody since the plan is left alone', async () => {
    await using database = await cluster.createDatabase();
    const names = ['first', 'dropped', 'renamed', 'rebuilt'];
    for (const name of names) await makeIndexed(database, name, { deleted: 60 });
    let changed: Promise<unknown> = Promise.resolve();
    const other = await database.connect();
    const change = async () => {
      await other.query('drop index dropped_index');
      await other.query('alter index renamed_index rename to another');
      // As a rebuild leaves it. A real one could wait for the transaction of ours, which
      // waits for the holder, which waits for all of this.
      await other.query(`\
create index rebuilt_twin on rebuilt (id);
drop index rebuilt_index;
alter index rebuilt_twin rename to rebuilt_index`);
    };
    const holder = await database.connect();
    await holder.query('begin; lock table first in share mode');
    const inputs = { jobs: '1', indexes: '["public.first_index", "public.*"]' };
    const result = await reindex(database, inputs, undefined, (line) => {
      if (!line.startsWith('begin: REINDEX INDEX CONCURRENTLY public.first')) return;
      changed = change().then(() => holder.query('commit'));
    });
    await changed;
    const errors = Object.fromEntries(result.steps.map(({ id, error }) => [id, error]));
    expect(errors).toEqual({
      'public.first_index': null,
      'public.dropped_index':
        'the index was dropped, or rebuilt by somebody, since the plan',
      'public.renamed_index': 'the index was renamed since the plan: public.another',
      'public.rebuilt_index':
        'the index was dropped, or rebuilt by somebody, since the plan',
    });
    expect(result.outcome).toBe('succeeded');
  });

  test('one that is dropped while the rebuild waits for its lock is skipped', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    const holder = await database.connect();
    await holder.query('begin; lock table orders in share mode');
    const running = reindex(database);
    await until(
      database,
      `exists (select from pg_stat_activity where datname = current_database()
        and query like 'REINDEX%' and wait_event_type = 'Lock')`,
    );
    await holder.query('drop index orders_index; commit');
    expect((await running).steps).toMatchObject([
      { status: 'skipped', error: 'the index was dropped since the plan' },
    ]);
  });

  test('a table that somebody has locked against all others is not waited for', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    await makeIndexed(database, 'trades', { deleted: 60 });
    const holder = await database.connect();
    await holder.query('begin; truncate trades');
    const result = await reindex(database, { 'max-wait': '10s' });
    await holder.query('rollback');
    expect(result.steps).toMatchObject([{ id: 'public.orders_index', status: 'done' }]);
  });

  test('one that is locked against all others only after the plan is carried over', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'first', { deleted: 60 });
    await makeIndexed(database, 'second', { deleted: 60 });
    const holder = await database.connect();
    await holder.query('begin; lock table first in share mode');
    const inputs = {
      jobs: '1',
      indexes: '["public.first_index", "public.*"]',
      'lock-timeout': '50ms',
    };
    let locked: Promise<unknown> = Promise.resolve();
    const truncating = await database.connect();
    const result = await reindex(database, inputs, undefined, (line) => {
      if (!line.startsWith('begin: REINDEX INDEX CONCURRENTLY public.first')) return;
      locked = truncating
        .query('begin; truncate second')
        .then(() => holder.query('commit'));
    });
    await locked;
    await truncating.query('rollback');
    expect(result.steps).toMatchObject([{ status: 'done' }, { status: 'carried-over' }]);
    expect(result.steps[1]?.error).toMatch(
      /locked for longer than .*AccessExclusiveLock/,
    );
    expect(result.findings.map(({ code }) => code)).toContain('table-locked');
  });

  test('an owner may rebuild the index of his TOAST table once he may name it', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table documents (id int, body text);
alter table documents alter body set storage external;
insert into documents select i, repeat(md5(i::text), 100) from generate_series(1, 8000) i;
delete from documents where id % 10 < 7;
alter table documents owner to trader`);
    await settle(database, 'documents');
    const inputs = { tables: '["public.documents"]' };
    const refused = await reindex(database, inputs, 'trader');
    const grant = 'grant usage on schema "pg_toast" to "trader"';
    expect(refused).toMatchObject({
      steps: [],
      findings: [{ code: 'not-owner', remedy: `Run: ${grant}` }],
    });
    await database.query(grant);
    const reader = await database.connect();
    await reader.query('begin isolation level repeatable read; select from pg_class');
    const waiting = await reindex(database, { ...inputs, 'max-wait': '500ms' }, 'trader');
    await reader.query('commit');
    expect(waiting.steps).toMatchObject([{ status: 'cancelled' }]);
    expect(await invalidIndexes(database)).toEqual([]);
    const done = await reindex(database, inputs, 'trader');
    expect(done.steps).toMatchObject([{ status: 'done' }]);
  });

  test('duplicates that a unique index should have kept out are corruption', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60, unique: true });
    // As after a corrupt index: two rows with one key, of which it knows nothing.
    await database.query(`\
update pg_index set indisready = false, indislive = false
where indexrelid = 'orders_index'::regclass`);
    await database.query(`insert into orders select * from orders where id = 4099`);
    await database.query(`\
update pg_index set indisready = true, indislive = true
where indexrelid = 'orders_index'::regclass`);
    const result = await reindex(database, { tables: '["public.orders"]' });
    expect(result).toMatchObject({
      outcome: 'failed',
      steps: [{ status: 'failed' }],
    });
    expect(result.findings).toContainEqual(
      expect.objectContaining({
        code: 'index-corrupt',
        severity: 'critical',
        message: expect.stringContaining('Key (id)=(4099) is duplicated.'),
      }),
    );
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('what amcheck says of the new index is said', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    await database.query('create extension amcheck');
    expect((await reindex(database)).steps).toMatchObject([{ status: 'done' }]);
    await database.query('delete from orders where id % 100 < 90');
    await settle(database, 'orders');
    await database.query(`\
create or replace function bt_index_check(index regclass) returns void language plpgsql
as $$ begin raise exception 'item order invariant violated' using errcode = 'XX002'; end $$`);
    const result = await reindex(database);
    expect(result.outcome).toBe('failed');
    expect(result.steps[0]?.error).toContain(
      'amcheck says that it is corrupt: item order invariant violated',
    );
    expect(result.findings).toMatchObject([{ code: 'index-corrupt' }, {}]);
  });

  test('a lock that is lost stops the run, and the next one clears away', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    const reader = await database.connect();
    await reader.query('begin isolation level repeatable read; select from pg_class');
    const log = memoryLog();
    const inputs = { 'database-url': database.url(), 'min-size': '100kB' };
    const running = runInProcess(task, { ...inputs, 'max-wait': '60s' }, { log });
    await until(
      database,
      `exists (select from pg_stat_progress_create_index where phase like 'waiting for old%'
        and datname = current_database())`,
    );
    await database.query(`select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and classid = 1296190285`);
    const result = await running;
    expect(result).toMatchObject({ outcome: 'failed', reason: 'connection-failed' });
    expect(result.steps).toMatchObject([{ status: 'cancelled' }]);
    await until(
      database,
      `not exists (select from pg_stat_progress_create_index where datname = current_database())`,
    );
    expect(await invalidIndexes(database)).toEqual(['orders_index_ccnew']);
    await reader.query('commit');
    const next = await runInProcess(task, inputs, { log });
    expect(next.steps.map(({ status }) => status)).toEqual(['done', 'done']);
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('another run at work on the database is named', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    const other = await database.connect();
    await other.query('select pg_advisory_lock(1296190285, 1)');
    expect(await reindex(database)).toMatchObject({
      outcome: 'blocked',
      reason: 'already-running',
    });
  });

  test('leftovers of a table that somebody works on are not planned', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders');
    await leaveInvalid(database, 'orders_index');
    const holder = await database.connect();
    await holder.query('begin; lock table orders in share update exclusive mode');
    const result = await reindex(database, { 'drop-leftovers': 'true' });
    expect(result).toMatchObject({ outcome: 'nothing-to-do', findings: [] });
    await holder.query('commit');
  });
});

test('nothing is begun while a standby is too far behind', async () => {
  await using cluster = await startCluster(postgresVersions[0] ?? 15);
  await using standby = await startStandby(cluster);
  await using database = await cluster.createDatabase();
  await makeIndexed(database, 'orders', { deleted: 60 });
  await standby.pauseReplay();
  await database.query('create table noise as select generate_series(1, 1000)');
  const inputs = {
    'database-url': database.url(),
    'min-size': '100kB',
    'max-replica-lag': '1ms',
    deadline: '3s',
  };
  const result = await runInProcess(task, inputs);
  expect(result.steps[0]?.error).toMatch(/not begun until the deadline: a standby was/);
  await standby.resumeReplay();
});
