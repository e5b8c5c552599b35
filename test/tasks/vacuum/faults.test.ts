import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { task } from '../../../src/tasks/vacuum/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { runInProcess } from '../run-task.ts';
import { makeTable } from './tables.ts';

const needed = { 'lock-timeout': '500ms', analyze: 'never' };

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

  const vacuum = (
    database: TestDatabase,
    inputs: Record<string, string> = {},
    role?: string,
    onLine?: (line: string) => void,
  ) => {
    const url = database.url(role ? { user: role, password: role } : {});
    const options = onLine ? { onLine } : {};
    return runInProcess(task, { 'database-url': url, ...needed, ...inputs }, options);
  };

  test('a locked table fails, its holder is named, and the others are done', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'locked', { dead: 900 });
    await makeTable(database, 'free', { dead: 400 });
    const holder = await database.connect();
    await holder.query(`set application_name = 'migration'`);
    await holder.query('begin; lock table locked in access exclusive mode');
    const result = await vacuum(database);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'step-failed' });
    expect(result.steps).toMatchObject([
      { id: 'public.locked', status: 'failed' },
      { id: 'public.free', status: 'done', after: { deadTuples: 0 } },
    ]);
    const [found] = result.findings;
    expect(found).toMatchObject({ code: 'table-locked', subject: 'public.locked' });
    expect(found?.message).toMatch(
      /pid \d+ \(migration, user postgres, idle in transaction\) holds AccessExclusiveLock/,
    );
  });

  test('a table that is dropped on the way is skipped', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'first', { dead: 900 });
    await makeTable(database, 'second', { dead: 400 });
    const dropping = { promise: Promise.resolve() as Promise<unknown> };
    const holder = await database.connect();
    await holder.query('begin; lock table first in access exclusive mode');
    const result = await vacuum(
      database,
      { jobs: '1', 'lock-timeout': '30s' },
      undefined,
      (line) => {
        if (!line.startsWith('begin: VACUUM public.first')) return;
        dropping.promise = holder.query('drop table second; drop table first; commit');
      },
    );
    await dropping.promise;
    expect(result.steps.map(({ status }) => status)).toEqual(['skipped', 'skipped']);
    expect(result.outcome).toBe('nothing-to-do');
  });

  test('a table that has become another one since the plan is left alone', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'first', { dead: 900 });
    await makeTable(database, 'second', { dead: 400 });
    const holder = await database.connect();
    await holder.query('begin; lock table first in access exclusive mode');
    let renaming: Promise<unknown> = Promise.resolve();
    const result = await vacuum(
      database,
      { jobs: '1', 'lock-timeout': '30s' },
      undefined,
      (line) => {
        if (!line.startsWith('begin: VACUUM public.first')) return;
        renaming = holder.query('alter table second rename to archived; commit');
      },
    );
    await renaming;
    expect(result.steps[1]).toMatchObject({
      status: 'skipped',
      error: 'the table was renamed since the plan: public.archived',
    });
  });

  test('a vacuum that the server skips with a warning is a failed step', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'lost', { dead: 900 });
    await makeTable(database, 'kept', { dead: 400 });
    await database.query('alter table lost owner to trader');
    await database.query('alter table kept owner to trader');
    // The new owner is committed only once our command waits for the lock.
    const holder = await database.connect();
    await holder.query('begin; alter table lost owner to postgres');
    const { pid } = (await holder.query('select pg_backend_pid() as pid')).rows[0];
    const given = vacuum(database, { 'lock-timeout': '30s' }, 'trader');
    await untilBlocked(database, pid);
    await holder.query('commit');
    const result = await given;
    expect(result.outcome).toBe('failed');
    expect(result.steps).toMatchObject([
      { id: 'public.lost', status: 'failed' },
      { id: 'public.kept', status: 'done' },
    ]);
    expect(result.steps[0]?.error).toMatch(
      /reported success, but did not vacuum the table: .*(skipping|permission denied)/,
    );
  });

  test('tables of somebody else leave the plan, folded into one finding', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'own', { dead: 400 });
    await makeTable(database, 'foreign_a', { dead: 400 });
    await makeTable(database, 'foreign_b', { dead: 400 });
    await database.query('alter table own owner to trader');
    for (const name of ['foreign_a', 'foreign_b']) {
      await database.query(`alter table ${name} owner to keeper`);
    }
    const result = await vacuum(database, {}, 'trader');
    expect(result).toMatchObject({
      outcome: 'succeeded',
      steps: [{ id: 'public.own', status: 'done' }],
      findings: [{ code: 'not-owner', severity: 'low', subject: 'role trader' }],
    });
    expect(result.findings[0]?.message).toContain('public.foreign_a, public.foreign_b');
    expect(result.findings[0]?.remedy).toBe(
      version >= 17
        ? 'Run: grant pg_maintain to "trader"'
        : 'Run: grant "keeper" to "trader"',
    );
    const named = await vacuum(database, { tables: '["public.foreign_a"]' }, 'trader');
    expect(named).toMatchObject({
      outcome: 'attention',
      steps: [],
      findings: [{ code: 'not-owner', severity: 'high' }],
    });
  });

  test('nobody is advised to become a superuser', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'own', { dead: 400 });
    await makeTable(database, 'of_postgres', { dead: 400 });
    await database.query('alter table own owner to trader');
    const { findings } = await vacuum(database, {}, 'trader');
    expect(findings).toMatchObject([{ code: 'not-owner' }]);
    expect(findings[0]?.remedy).not.toContain('"postgres"');
  });

  test('a role that may vacuum nothing is refused with the GRANT', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'orders', { dead: 400 });
    await database.query('alter table orders owner to keeper');
    const result = await vacuum(database, {}, 'stranger');
    expect(result).toMatchObject({
      outcome: 'blocked',
      reason: 'permission-denied',
      findings: [{ code: 'not-owner', severity: 'high' }],
    });
    expect(result.message).toContain('to "stranger"');
    expect(result.findings[0]?.remedy).toContain('to "stranger"');
  });

  test('the owner of the database may vacuum what he does not own', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'orders', { dead: 400 });
    await database.query(`alter database ${database.name} owner to keeper`);
    const result = await vacuum(database, {}, 'keeper');
    expect(result.steps).toMatchObject([{ id: 'public.orders', status: 'done' }]);
  });

  const versionWithMaintain = version >= 17;
  if (versionWithMaintain)
    test('pg_maintain is enough', async () => {
      await using database = await cluster.createDatabase();
      await makeTable(database, 'orders', { dead: 400 });
      await database.query('create role maintainer login password $$maintainer$$');
      await database.query('grant pg_maintain to maintainer');
      const result = await vacuum(database, { analyze: 'needed' }, 'maintainer');
      expect(result.steps).toMatchObject([{ id: 'public.orders', status: 'done' }]);
      await database.query('drop role maintainer');
    });

  test('works where the server has a connection left for one job only', async () => {
    await using database = await cluster.createDatabase();
    for (const name of ['a', 'b', 'c']) await makeTable(database, name, { dead: 400 });
    for (const name of ['a', 'b', 'c']) {
      await database.query(`alter table ${name} owner to trader`);
    }
    // Those of the tests before may still be on their way out.
    await until(
      database,
      `select count(*) = 0 as yes from pg_stat_activity where usename = 'trader'`,
    );
    await database.query('alter role trader connection limit 2');
    const result = await vacuum(database, { jobs: '3' }, 'trader');
    await database.query('alter role trader connection limit -1');
    expect(result.outcome).toBe('succeeded');
    expect(result.steps.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
  });

  test('names with quotes, dots and newlines are only names', async () => {
    await using database = await cluster.createDatabase();
    const name = `"a.b""; drop table orders; --\n::error::x"`;
    await makeTable(database, 'orders');
    await makeTable(database, name, { dead: 400 });
    const result = await vacuum(database);
    expect(result.outcome).toBe('succeeded');
    expect(result.steps).toMatchObject([{ id: `public.${name}`, status: 'done' }]);
  });

  test('a lock that is lost stops the run', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'locked', { dead: 900 });
    await makeTable(database, 'waiting', { dead: 400 });
    const holder = await database.connect();
    await holder.query('begin; lock table locked in access exclusive mode');
    const { pid } = (await holder.query('select pg_backend_pid() as pid')).rows[0];
    const given = vacuum(database, { jobs: '1', 'lock-timeout': '60s' });
    await untilBlocked(database, pid);
    await database.query(`select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and classid = 1296190285`);
    const result = await given;
    expect(result).toMatchObject({ outcome: 'failed', reason: 'connection-failed' });
    expect(result.message).toContain('The connection that held the lock was lost');
    expect(result.steps.map(({ status }) => status)).toEqual([
      'cancelled',
      'carried-over',
    ]);
  });
});

/** Waits until some backend waits for a lock that `pid` holds. */
async function untilBlocked(database: TestDatabase, pid: number): Promise<void> {
  await until(
    database,
    `select exists (
      select from pg_stat_activity where ${pid} = any(pg_blocking_pids(pid))) as yes`,
  );
}

async function until(database: TestDatabase, condition: string): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ yes: boolean }>(condition);
    if (rows[0]?.yes) return;
  }
}
