import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Result } from '../../src/core/result-schema.ts';
import { startHub } from '../github/log/kept-log.ts';
import type { GitHubStandIn } from '../rig/github/stand-in.ts';
import { type Cluster, startCluster, type TestDatabase } from '../rig/postgres.ts';
import { newestPostgres } from '../rig/postgres-binaries.ts';
import { actionEntry, runAction } from '../rig/runner.ts';
import { flushCounters, makeTable } from '../tasks/vacuum/tables.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster(newestPostgres);
});
afterAll(() => cluster[Symbol.asyncDispose]());

async function vacuum(
  database: TestDatabase,
  github: GitHubStandIn,
  inputs: Record<string, string> = {},
) {
  const run = await runAction(actionEntry('vacuum', 'main'), {
    inputs: {
      'database-url': database.url(),
      'github-token': github.token,
      tables: '["public.*"]',
      ...inputs,
    },
    env: {
      GITHUB_API_URL: github.url,
      GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
      GITHUB_REPOSITORY: github.repository.name,
    },
  });
  return { ...run, result: run.result as Result };
}

async function killRows(database: TestDatabase, table: string): Promise<void> {
  await database.query(`update ${table} set note = 'x'`);
  await flushCounters(database);
}

test('each run is a comment of one issue, and the next run has learnt from it', async () => {
  const github = await startHub();
  await using database = await cluster.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  const first = await vacuum(database, github);
  expect(first.result).toMatchObject({ outcome: 'succeeded', findings: [] });
  await killRows(database, 'trades');
  const second = await vacuum(database, github);
  const [issue, ...others] = [...github.repository.issues.values()];
  expect(others).toEqual([]);
  expect(issue).toMatchObject({
    title: `Maintenance log: vacuum (${database.name})`,
    labels: ['maintenance-log'],
    state: 'open',
  });
  expect(github.repository.comments).toHaveLength(2);
  expect(first.summary).not.toContain('The runs before');
  expect(second.summary).toContain('The runs before');
  expect(second.summary).toMatch(/\[Maintenance log\]\(https:.*\/issues\/1#/);
});

test('what was carried over comes first the next time', async () => {
  const github = await startHub();
  await using database = await cluster.createDatabase();
  await makeTable(database, 'first', { dead: 900 });
  await makeTable(database, 'second', { dead: 400 });
  const inputs = { jobs: '1', analyze: 'never' };
  await database.query(`update pg_class set relpages = 1e8 where relname = 'second'`);
  const stopped = await vacuum(database, github, { ...inputs, deadline: '1m' });
  expect(stopped.result).toMatchObject({
    outcome: 'incomplete',
    steps: [
      { id: 'public.first', status: 'done' },
      { id: 'public.second', status: 'carried-over' },
    ],
  });
  await database.query(`update pg_class set relpages = 10 where relname = 'second'`);
  await killRows(database, 'first');
  const again = await vacuum(database, github, inputs);
  expect(again.result.steps.map(({ id }) => id)).toEqual([
    'public.second',
    'public.first',
  ]);
});

test('a failed run opens an incident, and the run that mends it closes it', async () => {
  const github = await startHub();
  await using database = await cluster.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  const holder = await database.connect();
  await holder.query('begin; lock table trades in access exclusive mode');
  const failed = await vacuum(database, github, { 'lock-timeout': '50ms' });
  expect(failed.result.outcome).toBe('failed');
  const incident = [...github.repository.issues.values()].find(({ labels }) =>
    labels.includes('maintenance-failed'),
  );
  expect(incident?.state).toBe('open');
  expect(incident?.body).toContain('public.trades');
  await holder.query('commit');
  await vacuum(database, github);
  expect(incident?.state).toBe('closed');
});

test('without the permission the run is the same, and says which line is missing', async () => {
  const github = await startHub();
  github.repository.issuesPermission = 'read';
  await using database = await cluster.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  const run = await vacuum(database, github);
  expect(run).toMatchObject({
    code: 0,
    result: {
      outcome: 'succeeded',
      steps: [{ status: 'done' }],
      findings: [{ code: 'log-not-written', severity: 'low' }],
    },
  });
  expect(run.summary).toContain('issues: write');
});

test('a server that is down costs the log, and not the maintenance', async () => {
  const github = await startHub();
  github.faults.arm({ answer: 'reset' }, { times: 1000 });
  await using database = await cluster.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  const { result } = await vacuum(database, github);
  expect(result).toMatchObject({ outcome: 'succeeded', steps: [{ status: 'done' }] });
  expect(result.findings.map(({ code }) => code)).toContain('log-not-written');
});

test.each([
  ['a dry run', { 'dry-run': 'true' }],
  ['log-issue: false', { 'log-issue': 'false' }],
])('%s writes nothing', async (_, inputs) => {
  const github = await startHub();
  await using database = await cluster.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  await vacuum(database, github, inputs);
  expect(github.repository.issues.size).toBe(0);
});

test('in a public repository nothing is written unless it is asked for', async () => {
  const github = await startHub();
  github.repository.visibility = 'public';
  await using database = await cluster.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  const { result } = await vacuum(database, github);
  expect(result).toMatchObject({ outcome: 'succeeded', findings: [] });
  expect(github.repository.issues.size).toBe(0);
  await killRows(database, 'trades');
  await vacuum(database, github, { 'log-issue': 'true' });
  expect(github.repository.issues.size).toBe(1);
});
