import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../../src/postgres/session.ts';
import {
  countByIndex,
  countByPages,
  recountByIndex,
} from '../../../src/tasks/retention/count.ts';
import { certain, type TableFigures } from '../../../src/tasks/retention/figures.ts';
import { readHeaps } from '../../../src/tasks/retention/heaps.ts';
import { task } from '../../../src/tasks/retention/index.ts';
import type { RetentionInputs } from '../../../src/tasks/retention/inputs.ts';
import { rangeByRange } from '../../../src/tasks/retention/row-mode.ts';
import { RetentionTarget } from '../../../src/tasks/retention/target.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { prepareRun } from '../run-task.ts';

let cluster: Cluster;
let database: TestDatabase;
beforeAll(async () => {
  cluster = await startCluster(15);
  database = await cluster.createDatabase();
  // In pieces of a few thousand, with times that thousands of rows share, and NULLs.
  await database.query(`\
create table events (id int, at timestamptz);
create index on events (at);
insert into events select i, '2020-01-01'::timestamptz + i * interval '1 second'
  from generate_series(1, 20000) i;
insert into events select i, '2020-01-01 01:00:00' from generate_series(1, 12000) i;
insert into events select i, null from generate_series(1, 500) i;
insert into events select i, '2021-01-01' from generate_series(1, 8000) i;
analyze events`);
});
afterAll(() => cluster[Symbol.asyncDispose]());

const limits = {
  pieceSeconds: 0.0001,
  timeLeftMs: () => null,
  signal: new AbortController().signal,
};

async function openDatabase() {
  const { inputs, run } = await prepareRun(task, {
    'database-url': database.url(),
    policies: '[{table: public.events, column: at, keep: 1 day}]',
  });
  const target = await RetentionTarget.open(inputs as RetentionInputs, run);
  return { target, run, [Symbol.asyncDispose]: () => target[Symbol.asyncDispose]() };
}

async function ask<Value>(
  before: string,
  where: string,
  work: (
    session: Session,
    question: Parameters<typeof countByIndex>[1],
  ) => Promise<Value>,
): Promise<Value> {
  await using opened = await openDatabase();
  await using held = await opened.target.database.session();
  const { session } = held;
  const { rows } = await database.query<{ oid: number }>(
    `select 'events'::regclass::oid::int as oid`,
  );
  const [heap] = await readHeaps(session, [rows[0]?.oid ?? 0], { name: 'at' });
  if (!heap) throw new Error('there is no table events');
  const isOld = `at < '${before}'::timestamptz`;
  const expired = where ? `${isOld} and (${where})` : isOld;
  const question = { heap, column: 'at', isOld, expired, alias: 'events' };
  return await rangeByRange(session, () => work(session, question));
}

describe.each([
  ['2022-01-01', ''],
  ['2021-01-01', ''],
  ['2020-01-01 01:00:00', ''],
  ['2020-01-01 01:00:01', ''],
  ['2020-01-01 02:00:00', 'id % 7 = 0'],
  ['2019-01-01', ''],
])('what is older than %s, %s', (before, where) => {
  test('is counted alike by pages, along the index, and once more', async () => {
    const condition = `at < '${before}'${where && ` and ${where}`}`;
    const { rows } = await database.query<{ n: number }>(
      `select count(*)::int as n from events where ${condition}`,
    );
    const expected = rows[0]?.n;
    await ask(before, where, async (session, question) => {
      const byPages = await countByPages(session, question, limits);
      expect(byPages).toMatchObject({ rows: 40_500, expiredRows: expected });
      const byIndex = await countByIndex(session, question, limits);
      expect(byIndex.expiredRows).toBe(expected);
      const again = await recountByIndex(session, question, byIndex.bounds, limits);
      expect(again.expiredRows).toBe(expected);
      expect(again.oldest).toMatch(/^2020-01-01 00:00:/);
    });
  });
});

test('an estimate is not believed where it would let more go than may', async () => {
  await using opened = await openDatabase();
  const { run } = opened;
  // 32,000 of 40,500 rows, which somebody takes for a million.
  const figures = {
    expiredRows: 32_000,
    rows: 1_000_000,
    isExact: false,
  } as TableFigures;
  await ask('2021-01-01', '', async (session, { heap, ...scope }) => {
    const exactly = { rows: 40_500, isExact: true };
    expect(await certain(figures, 0.5, session, [heap], scope, 0.1, run)).toMatchObject(
      exactly,
    );
    expect(await certain(figures, 0.9, session, [heap], scope, 0.1, run)).toMatchObject({
      rows: 1_000_000,
      isExact: false,
    });
  });
});
