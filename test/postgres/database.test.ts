import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completeSettings } from '../../src/postgres/connection-settings.ts';
import { Database } from '../../src/postgres/database.ts';
import { parseDatabaseUrl } from '../../src/postgres/database-url.ts';
import { extensionFunction } from '../../src/postgres/extensions.ts';
import { startPooler } from '../rig/pooler.ts';
import { type Cluster, startCluster } from '../rig/postgres.ts';
import { newestPostgres, postgresVersions } from '../rig/postgres-binaries.ts';

function open(url: string, applicationName = 'matchbook-maintenance/test/1-1') {
  const settings = completeSettings(parseDatabaseUrl(url), {}, null);
  return Database.open({ settings, applicationName, lockTimeoutMs: 1500 });
}

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test('says where it is', async () => {
    await using database = await open(cluster.url());
    expect(database.name).toBe('postgres');
    expect(database.place).toBe(
      `${cluster.host}:${cluster.port} (PostgreSQL ${cluster.release})`,
    );
  });

  test('a setting for one command is what it was before, after it', async () => {
    await using database = await open(cluster.url());
    await using held = await database.session();
    const limit = async () => {
      const [row] = await held.session.query<{ limit: string }>('show lock_timeout');
      return Object.values(row ?? {})[0];
    };
    const check = `do $$ begin assert current_setting('lock_timeout') = '0'; end $$`;
    await held.session.command(check, null, { lock_timeout: '0' });
    expect(await limit()).toBe('1500ms');
    const broken = held.session.command('select 1/0', null, { lock_timeout: '0' });
    await expect(broken).rejects.toThrow('division by zero');
    expect(await limit()).toBe('1500ms');
  });

  test('a function of an extension is found where it is, if it may be called', async () => {
    await using scratch = await cluster.createDatabase();
    await using database = await open(scratch.url());
    const find = () => extensionFunction(database, 'pgstattuple', 'pgstatindex');
    expect(await find()).toBeNull();
    await scratch.query('create schema "My Tools"');
    await scratch.query('create extension pgstattuple schema "My Tools"');
    expect(await find()).toBe('"My Tools".pgstatindex');
    expect(await extensionFunction(database, 'pgstattuple', 'no_such')).toBeNull();
  });

  test('its sessions are named, and take no timeout from the role or the database', async () => {
    await using scratch = await cluster.createDatabase();
    for (const [name, value] of [
      ['statement_timeout', '1ms'],
      ['idle_session_timeout', '1min'],
      ['lock_timeout', '1ms'],
      ...(version >= 17 ? [['transaction_timeout', '10ms']] : []),
    ]) {
      await scratch.query(`alter database ${scratch.name} set ${name} = '${value}'`);
    }
    await using database = await open(scratch.url());
    await using held = await database.session();
    for (const ask of [database.query, held.session.query.bind(held.session)]) {
      const rows = await ask<{ name: string; setting: string }>(`\
select name, current_setting(name) as setting from pg_settings where name in (
  'application_name', 'client_connection_check_interval', 'idle_session_timeout',
  'lock_timeout', 'search_path', 'statement_timeout', 'tcp_keepalives_idle',
  'transaction_timeout')`);
      expect(
        Object.fromEntries(rows.map(({ name, setting }) => [name, setting])),
      ).toEqual({
        application_name: 'matchbook-maintenance/test/1-1',
        client_connection_check_interval: '2s',
        idle_session_timeout: '0',
        lock_timeout: '1500ms',
        search_path: 'pg_catalog',
        statement_timeout: '0',
        tcp_keepalives_idle: '30',
        ...(version >= 17 && { transaction_timeout: '0' }),
      });
    }
  });

  test('a command runs under a time limit of the server', async () => {
    await using database = await open(cluster.url());
    await using held = await database.session();
    await expect(held.session.command('select pg_sleep(60)', 300)).rejects.toMatchObject({
      code: '57014',
    });
  });

  test('no time left is no leave to work without end', async () => {
    await using database = await open(cluster.url());
    await using held = await database.session();
    await expect(held.session.command('select pg_sleep(60)', 0)).rejects.toMatchObject({
      code: '57014',
    });
  });

  test('the limit of one question does not end the next', async () => {
    await using database = await open(cluster.url());
    await using held = await database.session();
    const { session } = held;
    const slow = 'select pg_sleep(0.2)';
    await expect(session.limitedQuery(slow, [], 50)).rejects.toMatchObject({
      code: '57014',
    });
    expect(await session.query(slow)).toHaveLength(1);
    // What a transaction set is taken back with it: on the server, the limit is there again.
    await session.limitedQuery('select 1', [], 50);
    const undone = session.transaction(() => session.query('select 1/0'));
    await expect(undone).rejects.toThrow('division by zero');
    expect(await session.query(slow)).toHaveLength(1);
    await expect(session.limitedQuery(slow, [], 50)).rejects.toMatchObject({
      code: '57014',
    });
  });

  test('a transaction is carried out whole, or not at all', async () => {
    await using scratch = await cluster.createDatabase();
    await scratch.query('create table public.kept (id int unique deferrable)');
    await using database = await open(scratch.url());
    await using held = await database.session();
    const { session } = held;
    const insert = (id: number) =>
      session.query(`insert into public.kept values (${id})`);
    expect(await session.transaction(async () => insert(1))).toEqual([]);
    const thrown = session.transaction(async () => {
      await insert(2);
      throw new Error('no more');
    });
    await expect(thrown).rejects.toThrow('no more');
    // What the commit itself refuses is known to be undone.
    const refused = session.transaction(async () => {
      await session.query('set constraints all deferred');
      await insert(3);
      await insert(1);
    });
    await expect(refused).rejects.toMatchObject({ code: '23505' });
    expect(await session.query('select id from public.kept')).toEqual([{ id: 1 }]);
  });

  test('notices are captured with the command that caused them', async () => {
    await using database = await open(cluster.url());
    await using held = await database.session();
    const raise = `do $$ begin raise warning 'careful'; end $$`;
    expect(await held.session.command(raise, null)).toEqual([
      { severity: 'WARNING', message: 'careful' },
    ]);
    expect(await held.session.command('select 1', null)).toEqual([]);
  });

  test('one run at a time: the second is refused and told who works', async () => {
    await using first = await open(cluster.url(), 'matchbook-maintenance/reindex/7-1');
    await using second = await open(cluster.url());
    await first.lock();
    await expect(second.lock()).rejects.toMatchObject({
      reason: 'already-running',
      message: expect.stringMatching(
        /matchbook-maintenance\/reindex\/7-1 \(pid \d+, user postgres\)/,
      ),
    });
    await first[Symbol.asyncDispose]();
    await second.lock();
  });

  test('two databases of a server can be maintained at once', async () => {
    await using scratch = await cluster.createDatabase();
    await using one = await open(cluster.url());
    await using other = await open(scratch.url());
    await one.lock();
    await other.lock();
  });

  test('a pooler in between is refused with the cure', async () => {
    await using pooler = await startPooler(cluster);
    await expect(open(cluster.url({ port: pooler.port }))).rejects.toMatchObject({
      reason: 'unsafe-target',
      message: expect.stringContaining('Connect to the server itself'),
    });
  });

  test('what runs is cancelled on the server when the signal aborts', async () => {
    await using database = await open(cluster.url());
    await using held = await database.session();
    const { session } = held;
    const controller = new AbortController();
    const sleeping = database.cancelOnAbort(session, controller.signal, () =>
      session.command('select pg_sleep(60)', null),
    );
    controller.abort();
    await expect(sleeping).rejects.toMatchObject({ code: '57014' });
  });

  test('a lost connection is said once, with the reason', async () => {
    const database = await open(cluster.url());
    const [row] = await database.query<{ pid: number }>('select pg_backend_pid() as pid');
    const lost = new Promise((resolve) =>
      database.lost.addEventListener('abort', resolve),
    );
    await (await cluster.connect()).query('select pg_terminate_backend($1)', [row?.pid]);
    await lost;
    expect(database.lost.reason.message).toContain('terminating connection');
    await database[Symbol.asyncDispose]();
  });
});

test('a standby is refused', async () => {
  await using cluster = await startCluster(newestPostgres, { standby: true });
  await expect(open(cluster.url())).rejects.toMatchObject({
    reason: 'unsafe-target',
    message: expect.stringContaining('Connect to the primary'),
  });
});
