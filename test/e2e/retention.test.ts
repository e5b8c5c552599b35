import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../src/core/result-schema.ts';
import { expectValidResult } from '../result-validator.ts';
import { type Cluster, startCluster } from '../rig/postgres.ts';
import { postgresVersions } from '../rig/postgres-binaries.ts';
import { actionEntry, runAction, startAction } from '../rig/runner.ts';
import { count, makeEvents, slowDown, until } from '../tasks/retention/tables.ts';

const main = actionEntry('retention', 'main');
const post = actionEntry('retention', 'post');

const policies = `
- table: public.events
  column: created_at
  keep: 90 days
`;

const all = 'select count(*) from events';
const isDeleting = `exists (select from pg_stat_activity where datname = current_database()
  and query like 'with batch%' and state = 'active')`;
const backendsGone = `not exists (select from pg_stat_activity
  where datname = current_database() and application_name like 'matchbook-maintenance/%')`;

describe.each(postgresVersions)('the built action on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test('plans by default, deletes when told to, and then has nothing to do', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const inputs = { 'database-url': database.url(), policies };
    const dry = await runAction(main, { inputs });
    expect(dry).toMatchObject({
      code: 0,
      outputs: { outcome: 'succeeded', reason: 'completed', changed: '0' },
      result: {
        dryRun: true,
        steps: [{ status: 'planned', before: { expiredRows: 840 } }],
      },
    });
    expect(dry.summary).toContain(
      'Would delete 840 rows of public.events; nothing was changed.',
    );
    expect(dry.summary).toMatch(
      /<code>DELETE FROM public\.events WHERE created_at &#60; '/,
    );
    expect(await count(database, all)).toBe(3000);

    const run = await runAction(main, { inputs: { ...inputs, 'dry-run': 'false' } });
    expect(run).toMatchObject({
      code: 0,
      outputs: { outcome: 'succeeded', changed: '1', findings: '0' },
      result: {
        dryRun: false,
        metrics: { deletedRows: 840 },
        steps: [
          { id: 'public.events', status: 'done', after: { expiredRows: 0, rows: 2160 } },
        ],
      },
    });
    expectValidResult(run.result);
    expect(run.summary).toMatch(/^## ✅ retention: succeeded — completed\n/);
    expect(run.summary).toContain('**Deleted 840 rows of public.events.**');
    expect(run.summary).toMatch(/840&nbsp;→&nbsp;0/);
    expect(await count(database, all)).toBe(2160);

    const again = await runAction(main, { inputs: { ...inputs, 'dry-run': 'false' } });
    expect(again.outputs).toMatchObject({ outcome: 'nothing-to-do', changed: '0' });
  });

  test('SIGINT: the batch in flight is stopped, what was deleted is reported', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await slowDown(database, 0.004);
    await using action = startAction(main, {
      inputs: {
        'database-url': database.url(),
        policies,
        'dry-run': 'false',
        'batch-seconds': '0.05',
      },
    });
    await until(database, `(${all}) < 2900`);
    action.cancel();
    const run = await action.finished;
    expect(run.signalsSent).toEqual(['SIGINT']);
    const gone = 3000 - (await count(database, all));
    expect(run).toMatchObject({
      code: 1,
      outputs: { outcome: 'cancelled', reason: 'cancel-requested', changed: '1' },
      result: {
        metrics: { deletedRows: gone },
        steps: [{ status: 'cancelled', after: { expiredRows: 840 - gone } }],
      },
      state: { finished: 'true' },
    });
    expect(await count(database, `select (${backendsGone})::int`)).toBe(1);
    expect(run.summary).toMatch(/^## 🛑 retention: cancelled/);
  });

  test('SIGKILL: finished batches stay, the one in flight does not, the next run goes on', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await slowDown(database, 0.004);
    const inputs = {
      'database-url': database.url(),
      policies,
      'dry-run': 'false',
      'batch-seconds': '0.05',
    };
    const env = { GITHUB_RUN_ID: `kill-${version}` };
    await using action = startAction(main, { inputs, env });
    await until(database, `(${all}) < 2900 and ${isDeleting}`);
    action.kill();
    const killed = await action.finished;
    await until(database, backendsGone);
    const left = await count(database, all);
    expect(left).toBeLessThan(2900);
    expect(left).toBeGreaterThan(2160);
    const swept = await runAction(post, { inputs, env, state: killed.state });
    expect(swept.summary).toContain('## 🛑 retention: killed before it could report');
    expect(swept.output).toContain(
      'What its finished batches have deleted stays deleted.',
    );
    await database.query('drop trigger slow on events');
    const next = await runAction(main, { inputs });
    expect(next).toMatchObject({
      outputs: { outcome: 'succeeded' },
      result: { metrics: { deletedRows: left - 2160 } },
    });
    expect(await count(database, all)).toBe(2160);
  });
});

test('all that is wrong with the policies is said at once, and nothing is contacted', async () => {
  const run = await runAction(main, {
    inputs: {
      'database-url': 'postgres://me:word@127.0.0.1:1/db',
      pause: '-1',
      policies: `
- {table: events, column: created_at, keep: 0 days}
- {table: public.trades, keep: -3 days, max-share: half, tabel: x}
- {table: public.fills, column: at, keep: soon, archive: bucket, time-zone: Mars/Olympus}
`,
    },
  });
  expect(run.code).toBe(1);
  expect(run.outputs).toMatchObject({ outcome: 'blocked', reason: 'invalid-input' });
  const { message } = run.result as Result;
  for (const text of [
    '- pause: cannot read "-1"',
    '- policies: cannot read',
    '1.table: "events" does not have the form schema.table',
    '1.keep: rows that are kept for no time at all would be deleted at once',
    '2.column: the column with the age of a row is missing',
    '2.keep: "-3 days" lies in the future',
    '2.max-share: "half" is no share',
    '2: unknown key "tabel"; known are table, column, keep, where, method',
    '3.keep: "soon" is no duration such as 90 days',
    '3.archive: "bucket" is no S3 URL',
    '3.time-zone: Mars/Olympus is no time zone',
  ]) {
    expect(message).toContain(text);
  }
});

test('without policies nothing is done', async () => {
  const run = await runAction(main, {
    inputs: { 'database-url': 'postgres://me@127.0.0.1:1/db' },
  });
  expect(run.outputs).toMatchObject({ outcome: 'blocked', reason: 'invalid-input' });
  expect((run.result as Result).message).toContain('- policies: is required');
});
