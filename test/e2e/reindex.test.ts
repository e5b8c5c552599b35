import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../src/core/result-schema.ts';
import { startHub } from '../github/log/kept-log.ts';
import { expectValidResult } from '../result-validator.ts';
import type { GitHubStandIn } from '../rig/github/stand-in.ts';
import { type Cluster, startCluster, type TestDatabase } from '../rig/postgres.ts';
import { newestPostgres, postgresVersions } from '../rig/postgres-binaries.ts';
import { type ActionRun, actionEntry, runAction, startAction } from '../rig/runner.ts';
import {
  installEvidence,
  invalidIndexes,
  leaveInvalid,
  makeIndexed,
  until,
} from '../tasks/reindex/tables.ts';

const main = actionEntry('reindex', 'main');
const post = actionEntry('reindex', 'post');

const small = { 'min-size': '100kB', tables: '["public.*"]' };

/** Whoever keeps a rebuild in one of its phases, and what is left of it then. */
interface Phase {
  readonly name: string;
  readonly hold: string;
  readonly left: string;
  /** What the holder has touched is not dropped while it lasts. */
  readonly letGoFirst?: true;
}

const phases: readonly Phase[] = [
  {
    name: 'waiting for writers before build',
    hold: `begin; update orders set note = '' where id = 1000`,
    left: 'orders_index_ccnew',
    letGoFirst: true,
  },
  { name: 'building index', hold: 'select make_slow()', left: 'orders_index_ccnew' },
  {
    name: 'waiting for old snapshots',
    hold: 'begin isolation level repeatable read; select from pg_class limit 1',
    left: 'orders_index_ccnew',
  },
  {
    name: 'waiting for readers before marking dead',
    hold: 'begin; select from orders limit 1',
    left: 'orders_index_ccold',
    letGoFirst: true,
  },
];

/** A table with a bloated index on an expression that can be made slow. */
async function makeOrders(database: TestDatabase): Promise<void> {
  await database.query(`\
create function public.key(id bigint) returns bigint immutable language plpgsql
as $$ begin return id; end $$;
create function make_slow() returns void language plpgsql as $$ begin
  create or replace function public.key(id bigint) returns bigint immutable language plpgsql
  as $f$ begin perform pg_sleep(0.002); return id; end $f$;
end $$`);
  await makeIndexed(database, 'orders', { deleted: 60, index: '(public.key(id))' });
}

async function inPhase(database: TestDatabase, { name }: Phase): Promise<void> {
  await until(
    database,
    `exists (select from pg_stat_progress_create_index
      where datname = current_database() and phase like $1)`,
    [`${name}%`],
  );
}

const backendsGone = (database: TestDatabase) =>
  until(
    database,
    `not exists (select from pg_stat_activity
      where application_name like 'matchbook-maintenance/reindex/%'
        and datname = current_database())`,
  );

describe.each(postgresVersions)('the built action on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test('rebuilds, and reports in outputs, summary, file and exit code', async () => {
    await using database = await cluster.createDatabase();
    await installEvidence(database);
    await makeIndexed(database, 'trades', { deleted: 60 });
    const run = await runAction(main, {
      inputs: { 'database-url': database.url(), deadline: '1h', ...small },
    });
    expect(run).toMatchObject({
      code: 0,
      outputs: { outcome: 'succeeded', reason: 'completed', changed: '1' },
      result: {
        steps: [
          {
            id: 'public.trades_index',
            before: { evidence: 'exact', bloat: expect.closeTo(0.6, 1) },
            after: { evidence: 'exact' },
          },
        ],
      },
    });
    expectValidResult(run.result);
    expect(run.summary).toMatch(/^## ✅ reindex: succeeded — completed\n/);
    expect(run.summary).toMatch(
      /\*\*Rebuilt 1 of 1 index and won back \d+ kB\. Looked at \d+ indexes: .*1 bloated by 30 % or more/,
    );
    expect(run.summary).toMatch(/[56]\d&nbsp;%&nbsp;→&nbsp;\d&nbsp;%/);
  });

  test.each(phases)('SIGKILL while $name: post drops what is left', async (phase) => {
    await using database = await cluster.createDatabase();
    await makeOrders(database);
    const holder = await database.connect();
    await holder.query(phase.hold);
    const inputs = { 'database-url': database.url(), 'max-wait': '1h', ...small };
    const env = { GITHUB_RUN_ID: `kill-${version}` };
    await using action = startAction(main, { inputs, env });
    await inPhase(database, phase);
    action.kill();
    const killed = await action.finished;
    await backendsGone(database);
    expect(await invalidIndexes(database)).toEqual([phase.left]);
    if (phase.letGoFirst) await holder.query('rollback');
    const swept = await runAction(post, { inputs, env, state: killed.state });
    expect(swept.code).toBe(0);
    expect(swept.summary).toContain('## 🛑 reindex: killed before it could report');
    expect(swept.summary).toContain('at work: REINDEX INDEX CONCURRENTLY');
    expect(swept.summary).toMatch(
      new RegExp(`Dropped what it has left: public\\.${phase.left}`),
    );
    expect(await invalidIndexes(database)).toEqual([]);
    const { rows } = await database.query(
      `select from pg_index where indexrelid = 'orders_index'::regclass and indisvalid`,
    );
    expect(rows).toHaveLength(1);
  });

  test('post drops nothing of somebody else, and nothing that it cannot', async () => {
    await using database = await cluster.createDatabase();
    await makeOrders(database);
    await leaveInvalid(database, 'orders_index');
    await makeIndexed(database, 'trades');
    await leaveInvalid(database, 'trades_index');
    const { rows } = await database.query<{ own: number; other: number }>(`\
select 'orders_index'::regclass::oid::int as own,
  'trades_index_ccnew'::regclass::oid::int as other`);
    const reader = await database.connect();
    await reader.query('begin; select from orders limit 1');
    const inputs = { 'database-url': database.url(), 'lock-timeout': '200ms' };
    const kept = JSON.stringify({ indexes: [rows[0]?.own], others: [rows[0]?.other] });
    const sweep = () => runAction(post, { inputs, state: { main: 'started', kept } });
    const first = await sweep();
    expect(first.summary).toMatch(
      /Still there: public\.orders_index_ccnew \(its table is in use: pid \d+ .*AccessShareLock.*else run: DROP INDEX CONCURRENTLY public\.orders_index_ccnew\./,
    );
    await reader.query('commit');
    const second = await sweep();
    expect(second.summary).toContain(
      'Dropped what it has left: public.orders_index_ccnew.',
    );
    expect(await invalidIndexes(database)).toEqual(['trades_index_ccnew']);
  });

  test('SIGINT while it builds: within 7 s nothing is left, and the report is written', async () => {
    await using database = await cluster.createDatabase();
    await makeOrders(database);
    await makeIndexed(database, 'trades', { deleted: 40 });
    await database.query('select make_slow()');
    const inputs = {
      'database-url': database.url(),
      ...small,
      indexes: '["public.orders_index", "public.*"]',
      jobs: '1',
    };
    await using action = startAction(main, { inputs });
    await inPhase(database, phases[1] as Phase);
    action.cancel();
    const run = await action.finished;
    expect(run.signalsSent).toEqual(['SIGINT']);
    expect(await invalidIndexes(database)).toEqual([]);
    expect(run).toMatchObject({
      code: 1,
      outputs: { outcome: 'cancelled', reason: 'cancel-requested' },
      result: {
        steps: [
          { id: 'public.orders_index', status: 'cancelled' },
          { id: 'public.trades_index', status: 'carried-over' },
        ],
      },
    });
  });

  test('SIGINT with somebody on the table: what is left is told, and dropped by post', async () => {
    await using database = await cluster.createDatabase();
    await makeOrders(database);
    const writer = await database.connect();
    await writer.query(`begin; update orders set note = '' where id = 1000`);
    const inputs = { 'database-url': database.url(), 'max-wait': '1h', ...small };
    await using action = startAction(main, { inputs });
    await inPhase(database, phases[0] as Phase);
    action.cancel();
    const run = await action.finished;
    expect(run.signalsSent).toEqual(['SIGINT']);
    expect(run.state['finished']).toBe('unclean');
    const { findings } = run.result as Result;
    expect(findings[0]).toMatchObject({
      code: 'invalid-index-leftover',
      severity: 'medium',
    });
    expect(findings[0]?.message).toMatch(/its table is in use: pid \d+ /);
    await writer.query('rollback');
    const swept = await runAction(post, { inputs, state: run.state });
    expect(swept.summary).toContain('## 🛑 reindex: cleared away afterwards');
    expect(swept.summary).toContain(
      'Dropped what it has left: public.orders_index_ccnew.',
    );
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('SIGINT at any moment leaves nothing behind and tells the truth', async () => {
    await using database = await cluster.createDatabase();
    for (let delayMs = 100; delayMs < 340; delayMs += 20) {
      await database.query('drop table if exists orders');
      await makeIndexed(database, 'orders', { deleted: 60 });
      await using action = startAction(main, {
        inputs: { 'database-url': database.url(), ...small },
      });
      setTimeout(() => action.cancel(), delayMs);
      const run = await action.finished;
      await backendsGone(database);
      expect(await invalidIndexes(database)).toEqual([]);
      if (run.signal === 'SIGINT') continue;
      const result = run.result as Result;
      expectValidResult(result);
      const { rows } = await database.query<{ bytes: number }>(
        `select pg_relation_size('orders_index')::int as bytes`,
      );
      const isRebuilt = (rows[0]?.bytes ?? 0) < 300_000;
      expect(result.steps.some(({ status }) => status === 'done')).toBe(isRebuilt);
    }
  });
});

describe('with the maintenance log', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(newestPostgres);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  function options(
    database: TestDatabase,
    github: GitHubStandIn,
    inputs: Record<string, string> = {},
  ) {
    return {
      inputs: {
        'database-url': database.url(),
        'github-token': github.token,
        ...small,
        ...inputs,
      },
      env: {
        GITHUB_API_URL: github.url,
        GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
        GITHUB_REPOSITORY: github.repository.name,
      },
    };
  }

  const resultOf = (run: ActionRun) => run.result as Result;
  const bodyOf = (github: GitHubStandIn) =>
    [...github.repository.issues.values()][0]?.body;

  test('a runner that dies: the next run drops what is left, by the log alone', async () => {
    const github = await startHub();
    await using database = await cluster.createDatabase();
    await makeOrders(database);
    await database.query('select make_slow()');
    await using action = startAction(main, options(database, github));
    await inPhase(database, phases[1] as Phase);
    expect(bodyOf(github)).toContain('⏳ A run began at ');
    action.kill();
    await action.finished;
    await backendsGone(database);
    expect(await invalidIndexes(database)).toEqual(['orders_index_ccnew']);
    // Something in the way this time: it stays ours.
    const reader = await database.connect();
    await reader.query('begin; select from orders limit 1');
    const blocked = await runAction(
      main,
      options(database, github, {
        'lock-timeout': '100ms',
        'max-wait': '100ms',
        indexes: '["!public.orders_index"]',
      }),
    );
    expect(resultOf(blocked).findings.map(({ code }) => code)).toContain(
      'invalid-index-leftover',
    );
    await reader.query('commit');
    const next = await runAction(
      main,
      options(database, github, { indexes: '["!public.orders_index"]' }),
    );
    expect(resultOf(next)).toMatchObject({
      outcome: 'succeeded',
      steps: [
        { command: 'DROP INDEX CONCURRENTLY public.orders_index_ccnew', status: 'done' },
      ],
    });
    expect(bodyOf(github)).not.toContain('⏳');
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('an index of another kind is judged by what the log knows of its size', async () => {
    const github = await startHub();
    await using database = await cluster.createDatabase();
    const index = `using gin (string_to_array(note, ' '))`;
    await makeIndexed(database, 'orders', { index });
    const first = await runAction(main, options(database, github));
    expect(resultOf(first)).toMatchObject({ outcome: 'nothing-to-do' });
    await database.query('delete from orders where id % 100 < 70');
    await database.query('vacuum (analyze) orders');
    const second = await runAction(main, options(database, github));
    expect(resultOf(second)).toMatchObject({
      outcome: 'succeeded',
      steps: [
        {
          id: 'public.orders_index',
          why: expect.stringMatching(/^\d+ % bloat \(baseline: .* a row, .* at its best/),
          before: { evidence: 'baseline' },
          after: { evidence: 'baseline', bloat: null },
        },
      ],
    });
    const third = await runAction(main, options(database, github, { 'cool-down': '0s' }));
    expect(resultOf(third).outcome).toBe('nothing-to-do');
  });
});

test('a long rebuild writes how far it has come', async () => {
  await using cluster = await startCluster(newestPostgres);
  await using database = await cluster.createDatabase();
  await makeOrders(database);
  await database.query('select make_slow()');
  const run = await runAction(main, {
    inputs: { 'database-url': database.url(), ...small, deadline: '14s' },
  });
  expect(run.output).toMatch(
    /public\.orders_index, 1\d s: building index: scanning table, \d+ % of this phase, about /,
  );
  expect(run.result).toMatchObject({
    outcome: 'attention',
    steps: [{ status: 'cancelled', error: 'stopped on the server at the deadline' }],
  });
  expect(await invalidIndexes(database)).toEqual([]);
});

test('all that is wrong with the inputs is said at once, and nothing is contacted', async () => {
  const run = await runAction(main, {
    inputs: {
      'database-url': 'postgres://me:secret@127.0.0.1:1/db',
      'min-bloat': '130%',
      'min-size': 'ten',
      'max-wait': '0s',
      'cool-down': 'a week',
      evidence: 'guess',
      indexes: '["orders_pkey"]',
    },
  });
  expect(run.outputs).toMatchObject({ outcome: 'blocked', reason: 'invalid-input' });
  const { message } = run.result as Result;
  for (const input of [
    'min-bloat',
    'min-size',
    'max-wait',
    'cool-down',
    'evidence',
    'indexes',
  ]) {
    expect(message).toContain(`\n- ${input}: `);
  }
});
