import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../rig/postgres.ts';
import { newestPostgres, postgresVersions } from '../rig/postgres-binaries.ts';
import { selectVersions } from '../rig/postgres-versions.ts';
import { nodeForActions } from '../rig/runner.ts';

test.for(postgresVersions)('PostgreSQL %i starts and answers', async (version) => {
  await using cluster = await startCluster(version);
  const client = await cluster.connect();
  const { rows } = await client.query('select version()');
  expect(rows[0].version).toContain(`PostgreSQL ${cluster.release} `);
  expect(cluster.release).toMatch(new RegExp(`^${version}\\.\\d+$`));
});

test('POSTGRES_VERSIONS is a comma list of known versions', () => {
  expect(selectVersions('15, 18')).toEqual([15, 18]);
  expect(selectVersions('')).toEqual([15, 16, 17, 18]);
  expect(() => selectVersions('14')).toThrow('expected 15, 16, 17, 18, got "14"');
});

describe('databases', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(newestPostgres, {
      settings: { max_prepared_transactions: '2' },
    });
  });
  afterAll(() => cluster.stop());

  test('are apart from each other and come from a template', async () => {
    const template = await cluster.createTemplate((client) =>
      client.query('create table quotes as select 1 as price'),
    );
    await using one = await cluster.createDatabase(template);
    await using other = await cluster.createDatabase(template);
    await one.query('insert into quotes values (2)');
    const count = 'select count(*)::int from quotes';
    expect((await one.query(count)).rows).toEqual([{ count: 2 }]);
    expect((await other.query(count)).rows).toEqual([{ count: 1 }]);
  });

  test('go away with open sessions and prepared transactions', async () => {
    const database = await cluster.createDatabase();
    await database.query('begin; create table t (); prepare transaction $$p$$');
    const sleeper = await database.connect();
    const sleep = expect(sleeper.query('select pg_sleep(60)')).rejects.toThrow();
    await database[Symbol.asyncDispose]();
    await sleep;
    const client = await cluster.connect();
    const left = 'select from pg_database where datname = $1';
    expect((await client.query(left, [database.name])).rowCount).toBe(0);
  });

  test('can be entered with a password over TCP', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`create role trader login password 'a:b/c'`);
    const user = { user: 'trader', password: 'a:b/c' };
    const trader = await database.connect({
      ...user,
      parameters: { application_name: 'desk' },
    });
    const who = `select current_user::text, current_setting('application_name') as app`;
    expect((await trader.query(who)).rows).toEqual([
      { current_user: 'trader', app: 'desk' },
    ]);
    const wrong = database.connect({ ...user, password: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ code: '28P01' });
  });

  test('survive the termination of a session in the test', async () => {
    await using database = await cluster.createDatabase();
    const victim = await database.connect();
    const { rows } = await victim.query('select pg_backend_pid() as pid');
    const ended = new Promise<void>((resolve) => victim.once('end', resolve));
    await database.query('select pg_terminate_backend($1)', [rows[0].pid]);
    await ended;
  });
});

test('settings give way to alter system', async () => {
  await using cluster = await startCluster(newestPostgres, {
    settings: { work_mem: '5MB', log_line_prefix: `it's \\ ` },
  });
  const client = await cluster.connect();
  const show = async (name: string) => (await client.query(`show ${name}`)).rows[0][name];
  expect(await show('work_mem')).toBe('5MB');
  expect(await show('log_line_prefix')).toBe(`it's \\ `);
  expect(await show('autovacuum')).toBe('off');
  await client.query(`alter system set work_mem = '6MB'`);
  await client.query('select pg_reload_conf()');
  await expect.poll(() => show('work_mem')).toBe('6MB');
});

test('a given data directory is initialised once and kept', async () => {
  const parent = await fs.mkdtemp(path.join(os.tmpdir(), 'rig-test-'));
  await fs.chmod(parent, 0o755);
  const dataDirectory = path.join(parent, 'data');
  {
    await using cluster = await startCluster(newestPostgres, { dataDirectory });
    const client = await cluster.connect();
    await client.query('create table kept as select 7 as n');
    await cluster.stop('immediate');
  }
  {
    await using cluster = await startCluster(newestPostgres, { dataDirectory });
    const client = await cluster.connect();
    expect((await client.query('select n from kept')).rows).toEqual([{ n: 7 }]);
  }
  await fs.rm(parent, { recursive: true });
});

test('a server that cannot start shows its log', async () => {
  const starting = startCluster(newestPostgres, { settings: { no_such_setting: '1' } });
  await expect(starting).rejects.toThrow('"no_such_setting"');
});

test.runIf(process.platform === 'linux')(
  'the server ends, and its directory goes, after its process was killed',
  async () => {
    const rig = new URL('../rig/postgres.ts', import.meta.url).href;
    const program = `
      const { startCluster } = await import(${JSON.stringify(rig)});
      console.log((await startCluster(${newestPostgres})).socketDirectory);
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(nodeForActions(), ['--input-type=module', '-e', program]);
    const directory = (await text(child.stdout)).trim();
    expect(directory).not.toBe('');
    const servers = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    await expect.poll(servers, { timeout: 10_000 }).not.toContain(directory);
    await using _next = await startCluster(newestPostgres);
    await expect(fs.access(directory)).rejects.toThrow('ENOENT');
  },
);
