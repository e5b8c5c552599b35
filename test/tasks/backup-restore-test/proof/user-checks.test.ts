import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseYaml } from '../../../../src/core/yaml.ts';
import { checks } from '../../../../src/tasks/backup-restore-test/checks.ts';
import { runChecks } from '../../../../src/tasks/backup-restore-test/proof/user-checks.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../../rig/postgres.ts';

let cluster: Cluster;
let database: TestDatabase;
beforeAll(async () => {
  cluster = await startCluster(15);
  database = await cluster.createDatabase();
  await database.query('create table trades as select generate_series(1, 10) as id');
});
afterAll(() => cluster[Symbol.asyncDispose]());

const never = new AbortController().signal;
const connect = () => database.connect();

test.each([
  ['select count(*) from trades', '"> 0"', null],
  ['select count(*) from trades;', '10', null],
  ['select count(*) from trades', '11', '"10" came back'],
  ['show server_version_num', '">= 150000"', null],
  ['select null', '1', 'null came back'],
  ['select null', 'null', null],
  ['select id > 0 from trades limit 1', 'true', null],
  ['select id from trades where id > 10', '1', 'no row came back'],
  ['select id from trades', '1', '10 rows came back instead of one'],
  ['select from trades limit 1', '1', 'null came back'],
  [`select repeat('x', 5000)`, 'y', `"${'x'.repeat(99)}… came back`],
  [
    'select nothing from trades',
    '1',
    'the server refused it: column "nothing" does not exist',
  ],
  [
    'delete from trades returning id',
    '1',
    'the server refused it: cannot execute DELETE in a read-only transaction',
  ],
  [
    'commit; drop table trades',
    '1',
    'the server refused it: cannot insert multiple commands into a prepared statement',
  ],
])('%s, expecting %s', async (sql, expect_, problem) => {
  const list = parseYaml(
    `[{name: one, sql: ${JSON.stringify(sql)}, expect: ${expect_}}]`,
    checks,
  );
  const findings = await runChecks(connect, list, never);
  const { text } = list[0]?.expect ?? {};
  expect(findings.map(({ code, subject, message }) => [code, subject, message])).toEqual(
    problem === null
      ? []
      : [['check-failed', 'one', `The check "one" expects ${text}; ${problem}.`]],
  );
});

test('one check does not reach the next', async () => {
  const yaml = `
- {name: one, sql: "select set_config('search_path', 'nowhere', false) is null", expect: false}
- {name: two, sql: select count(*) from trades, expect: 10}`;
  expect(await runChecks(connect, parseYaml(yaml, checks), never)).toEqual([]);
});
