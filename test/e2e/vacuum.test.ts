import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../src/core/result-schema.ts';
import { expectValidResult } from '../result-validator.ts';
import { startGate } from '../rig/gate.ts';
import { type Cluster, startCluster, type TestDatabase } from '../rig/postgres.ts';
import { newestPostgres, postgresVersions } from '../rig/postgres-binaries.ts';
import { actionEntry, runAction, startAction } from '../rig/runner.ts';
import { makeTable, slowDown } from '../tasks/vacuum/tables.ts';

const main = actionEntry('vacuum', 'main');
const post = actionEntry('vacuum', 'post');

/** What the run with this id still has at work on the server. */
async function backendsOf(database: TestDatabase, runId: string): Promise<string[]> {
  const { rows } = await database.query<{ query: string }>(
    'select query from pg_stat_activity where application_name = $1',
    [`matchbook-maintenance/vacuum/${runId}-1`],
  );
  return rows.map(({ query }) => query);
}

const isVacuum = (query: string) => query.startsWith('VACUUM');

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe.each(postgresVersions)('the built action on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test('vacuums, and reports in outputs, summary, file and exit code', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades', { dead: 900 });
    const run = await runAction(main, {
      inputs: { 'database-url': database.url(), deadline: '1h' },
    });
    expect(run).toMatchObject({
      code: 0,
      outputs: {
        outcome: 'succeeded',
        reason: 'completed',
        changed: '1',
        findings: '0',
        result: JSON.stringify(run.result),
        'result-file': expect.stringContaining(run.tempDirectory),
      },
      result: {
        outcome: 'succeeded',
        target: `${database.name} on 127.0.0.1:${cluster.port} (PostgreSQL ${cluster.release})`,
        run: { id: '1', attempt: 1 },
        steps: [{ id: 'public.trades', after: { deadTuples: 0 } }],
      },
    });
    expectValidResult(run.result);
    expect(run.summary).toMatch(/^## ✅ vacuum: succeeded — completed\n/);
    expect(run.summary).toContain('removed 900 dead tuples');
    expect(run.summary).toContain('<code>VACUUM (ANALYZE) public.trades</code>');
    expect(run.output).not.toContain('::error');
  });

  test('SIGINT: within 7 s the backend is gone and the report is written', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'endless', { rows: 20_000, dead: 20_000 });
    await makeTable(database, 'later', { dead: 400 });
    await slowDown(database);
    const runId = `sigint-${version}`;
    await using action = startAction(main, {
      inputs: { 'database-url': database.url(), jobs: '1', tables: '["public.*"]' },
      env: { GITHUB_RUN_ID: runId },
    });
    await until(async () => (await backendsOf(database, runId)).some(isVacuum));
    action.cancel();
    const run = await action.finished;
    expect(await backendsOf(database, runId)).toEqual([]);
    expect(run.signalsSent).toEqual(['SIGINT']);
    expect(run).toMatchObject({
      code: 1,
      outputs: { outcome: 'cancelled', reason: 'cancel-requested', changed: '1' },
      result: {
        outcome: 'cancelled',
        steps: [
          { id: 'public.endless', status: 'cancelled' },
          { id: 'public.later', status: 'carried-over' },
        ],
      },
      state: { finished: 'true' },
    });
    expectValidResult(run.result);
    expect(run.summary).toMatch(/^## 🛑 vacuum: cancelled/);
    expect(run.summary).toContain('2 carried over (public.endless, public.later)');
  });

  test('SIGINT at any moment leaves nothing at work and tells the truth', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'endless', { rows: 20_000, dead: 20_000 });
    await slowDown(database);
    for (let delayMs = 0; delayMs < 240; delayMs += 20) {
      const runId = `moment-${version}-${delayMs}`;
      await using action = startAction(main, {
        inputs: { 'database-url': database.url(), tables: '["public.*"]' },
        env: { GITHUB_RUN_ID: runId },
      });
      setTimeout(() => action.cancel(), delayMs);
      const run = await action.finished;
      expect(run.signalsSent).toEqual(['SIGINT']);
      await until(async () => (await backendsOf(database, runId)).length === 0);
      // Before the first line of code runs, nothing has begun and nobody can report.
      if (run.signal === 'SIGINT') expect(run.output).toBe('');
      else expect(run.outputs['outcome']).toBe('cancelled');
    }
  });

  test('SIGINT while it waits for a lock', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'locked', { dead: 900 });
    const holder = await database.connect();
    await holder.query('begin; lock table locked in access exclusive mode');
    const runId = `waiting-${version}`;
    await using action = startAction(main, {
      inputs: { 'database-url': database.url(), 'lock-timeout': '1h' },
      env: { GITHUB_RUN_ID: runId },
    });
    await until(async () => {
      const { rows } = await database.query(
        `select from pg_stat_activity where application_name like $1 and wait_event_type = 'Lock'`,
        [`%/${runId}-1`],
      );
      return rows.length > 0;
    });
    action.cancel();
    const run = await action.finished;
    expect(await backendsOf(database, runId)).toEqual([]);
    expect(run.signalsSent).toEqual(['SIGINT']);
    expect(run.outputs['outcome']).toBe('cancelled');
  });

  test('SIGKILL: the server ends the backend by itself, and post says so', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'endless', { rows: 20_000, dead: 20_000 });
    await slowDown(database);
    const inputs = { 'database-url': database.url(), tables: '["public.*"]' };
    const env = { GITHUB_RUN_ID: `sigkill-${version}` };
    await using action = startAction(main, { inputs, env });
    await until(async () =>
      (await backendsOf(database, env.GITHUB_RUN_ID)).some(isVacuum),
    );
    action.kill();
    const killed = await action.finished;
    expect(killed.state).toMatchObject({ main: 'started' });
    expect(killed.state).not.toHaveProperty('finished');
    await until(async () => (await backendsOf(database, env.GITHUB_RUN_ID)).length === 0);
    const swept = await runAction(post, { inputs, env, state: killed.state });
    expect(swept.code).toBe(0);
    expect(swept.summary).toContain('## 🛑 vacuum: killed before it could report');
    expect(swept.summary).toContain('0 of 1 steps were done; at work: VACUUM');
    expect(swept.output).toMatch(
      /::warning::The main step of vacuum was killed .* at work: VACUUM .*public\.endless\. .* already ended all of its commands/,
    );
  });

  test('post ends at once what a killed run still has at work, and nothing else', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'orders');
    const orphan = await database.connect();
    await orphan.query(`set application_name = 'matchbook-maintenance/vacuum/77-1'`);
    const other = await database.connect();
    await other.query(`set application_name = 'matchbook-maintenance/vacuum/78-1'`);
    const ended = new Promise((resolve) => orphan.once('end', resolve));
    const swept = await runAction(post, {
      inputs: { 'database-url': database.url() },
      env: { GITHUB_RUN_ID: '77' },
      state: { main: 'started' },
    });
    await ended;
    expect(swept.output).toContain('Ended what it had left running on the server: pid');
    expect((await other.query('select 1 as alive')).rows).toEqual([{ alive: 1 }]);
  });
});

test('SIGINT while the network is silent: it reports within 7 s that nothing was confirmed', async () => {
  await using cluster = await startCluster(newestPostgres);
  await using database = await cluster.createDatabase();
  await makeTable(database, 'endless', { rows: 20_000, dead: 20_000 });
  await slowDown(database);
  await using gate = await startGate(cluster);
  const runId = 'silence';
  await using action = startAction(main, {
    inputs: { 'database-url': database.url({ port: gate.port }) },
    env: { GITHUB_RUN_ID: runId },
  });
  await until(async () => (await backendsOf(database, runId)).some(isVacuum));
  gate.blackhole();
  action.cancel();
  const run = await action.finished;
  expect(run.signalsSent).toEqual(['SIGINT']);
  expect(run.result).toMatchObject({
    outcome: 'cancelled',
    steps: [
      {
        status: 'cancelled',
        error: expect.stringContaining('did not confirm the cancel'),
      },
    ],
  });
});

test('a password that is a word of the report changes nothing of it', async () => {
  await using cluster = await startCluster(newestPostgres);
  await cluster
    .connect()
    .then((admin) => admin.query(`create role me login password 'right'`));
  const url = cluster.url({ user: 'me', password: 'blocked' });
  const run = await runAction(main, { inputs: { 'database-url': url } });
  expect(run).toMatchObject({
    code: 1,
    outputs: { outcome: 'blocked', reason: 'connection-failed' },
  });
  expectValidResult(run.result);
});

test('post has nothing to say after a main that finished', async () => {
  const run = await runAction(post, { state: { main: 'started', finished: 'true' } });
  expect(run).toMatchObject({ code: 0, output: '', summary: '' });
});

test('all that is wrong with the inputs is said at once, and nothing is contacted', async () => {
  const run = await runAction(main, {
    inputs: {
      'database-url': 'postgres://me:s3cr3t/word@127.0.0.1:1/db',
      deadline: 'soon',
      'dry-run': 'yes',
      jobs: '0',
      tables: 'public.trades',
    },
  });
  expect(run.code).toBe(1);
  expect(run.outputs).toMatchObject({ outcome: 'blocked', reason: 'invalid-input' });
  expectValidResult(run.result);
  const { message } = run.result as Result;
  for (const input of ['database-url', 'deadline', 'dry-run', 'jobs', 'tables']) {
    expect(message).toContain(`\n- ${input}: `);
    expect(run.summary).toContain(`\n- ${input}: `);
  }
  const everything = `${run.output.replace(/^::add-mask::.*$/gm, '')}${run.summary}${JSON.stringify(run.outputs)}`;
  expect(everything).not.toContain('s3cr3t');
  expect(everything).not.toContain('word@');
});

test('PG* variables take the place of the URL, and no form of the password is written', async () => {
  await using cluster = await startCluster(postgresVersions[0] ?? 15);
  await using database = await cluster.createDatabase();
  const password = 'p@ss w%rd/1';
  await database.query(`create role owner login password '${password}'`);
  await makeTable(database, 'trades', { dead: 900 });
  await database.query('alter table trades owner to owner');
  await database.query(`alter table trades add constraint "${password}" check (id > -1)`);
  const run = await runAction(main, {
    env: {
      PGHOST: cluster.host,
      PGPORT: String(cluster.port),
      PGUSER: 'owner',
      PGPASSWORD: password,
      PGDATABASE: database.name,
    },
  });
  expect(run.outputs['outcome']).toBe('succeeded');
  const masks = run.output.match(/^::add-mask::.*$/gm) ?? [];
  expect(masks).toContain(`::add-mask::${password.replaceAll('%', '%25')}`);
  expect(masks).toContain(
    `::add-mask::${encodeURIComponent(password).replaceAll('%', '%25')}`,
  );
  const firstLine = run.output.split('\n').find((line) => !line.startsWith('::add-mask'));
  expect(run.output.indexOf(firstLine ?? '')).toBeGreaterThan(
    run.output.lastIndexOf('::add-mask'),
  );
});
