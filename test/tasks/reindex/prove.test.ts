import { afterAll, beforeAll, expect, test } from 'vitest';
import { task } from '../../../src/tasks/reindex/index.ts';
import type { ReindexInputs } from '../../../src/tasks/reindex/inputs.ts';
import type { Rebuild } from '../../../src/tasks/reindex/plan.ts';
import { proveRebuild, readIndexState } from '../../../src/tasks/reindex/prove.ts';
import { ReindexTarget } from '../../../src/tasks/reindex/target.ts';
import { type Cluster, startCluster } from '../../rig/postgres.ts';
import { prepareRun } from '../run-task.ts';
import { index, table } from './sample-index.ts';
import { makeIndexed } from './tables.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster(15);
});
afterAll(() => cluster[Symbol.asyncDispose]());

/** Does something to the index `orders_index`, and lets it be proved that it was rebuilt. */
async function proofAfter(sql: readonly string[]) {
  await using database = await cluster.createDatabase();
  await makeIndexed(database, 'orders', { index: '(lower(note))' });
  const { inputs, run } = await prepareRun(task, { 'database-url': database.url() });
  await using target = await ReindexTarget.open(inputs as ReindexInputs, run);
  await using held = await target.database.session();
  const planned = index('orders_index', { table: table('orders') });
  const before = await readIndexState(held.session, planned);
  if (!before) throw new Error('there is no index orders_index');
  for (const command of sql) await database.query(command);
  const step = { kind: 'rebuild', index: planned } as Rebuild;
  return (await proveRebuild(step, before, held.session, target, run)).error;
}

const rebuild = 'reindex index concurrently orders_index';

test('an index that is another one now, with all that it had, is proved', async () => {
  expect(await proofAfter([rebuild])).toBeNull();
});

test('one that is the same as before was not rebuilt', async () => {
  expect(await proofAfter([])).toBe(
    'the server reported success, but it was not rebuilt',
  );
});

test('one of which the statistics of its expressions are gone is named', async () => {
  const lose = `delete from pg_statistic where starelid = 'orders_index'::regclass`;
  expect(await proofAfter([rebuild, lose])).toBe(
    'the server reported success, but the statistics of its expressions are gone: run analyze public.orders',
  );
});

test('one that is not valid, and one that is gone', async () => {
  const invalidate = `update pg_index set indisvalid = false where indexrelid = 'orders_index'::regclass`;
  expect(await proofAfter([rebuild, invalidate])).toBe(
    'the server reported success, but it is not valid',
  );
  expect(await proofAfter(['drop index orders_index'])).toBe('the index is gone');
});
