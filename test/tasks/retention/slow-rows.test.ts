import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../rig/postgres.ts';
import { newestPostgres } from '../../rig/postgres-binaries.ts';
import { eventsPolicy, makeEvents, retain, slowDown } from './tables.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster(newestPostgres);
});
afterAll(() => cluster[Symbol.asyncDispose]());

test('however slow a row is, it goes on in the end, one by one', async () => {
  await using database = await cluster.createDatabase();
  await makeEvents(database, { rows: 90 * 24 + 6 });
  await slowDown(database, 0.6);
  const result = await retain(database, [eventsPolicy], { 'batch-seconds': '0.05' });
  expect(result).toMatchObject({ outcome: 'succeeded', metrics: { deletedRows: 6 } });
  // None of more than three: it would have been broken off after two seconds.
  expect(result.metrics['batches']).toBeGreaterThanOrEqual(2);
});

test('a row that takes too long by itself ends in a failure that says so', async () => {
  await using database = await cluster.createDatabase();
  await makeEvents(database, { rows: 90 * 24 + 1 });
  await slowDown(database, 30);
  const result = await retain(database, [eventsPolicy], { 'batch-seconds': '0.05' });
  expect(result).toMatchObject({ outcome: 'failed', metrics: { deletedRows: 0 } });
  expect(result.steps[0]?.error).toMatch(/^even the smallest batch took too long/);
});

test('a condition that few rows fulfil divides the work all the same', async () => {
  await using database = await cluster.createDatabase();
  await makeEvents(database, { rows: 90 * 24 + 1000 });
  await database.query(`\
create function costly(note text) returns bool language plpgsql as $$
begin perform pg_sleep(0.0001); return note in ('note 7', 'note 900'); end $$`);
  const policy = { ...eventsPolicy, where: 'costly(note)', 'max-share': '100%' };
  const result = await retain(database, [policy], { 'batch-seconds': '0.1' });
  expect(result).toMatchObject({ outcome: 'succeeded', metrics: { deletedRows: 2 } });
  expect(result.metrics['batches']).toBeGreaterThan(2);
});

test('many rows of one time that take long are divided by pages', async () => {
  await using database = await cluster.createDatabase();
  await makeEvents(database, { rows: 90 * 24 + 100 });
  await database.query(`\
insert into events (created_at, note) select '2020-01-01', 'tied' from generate_series(1, 3500)`);
  await slowDown(database, 0.001);
  const policy = { ...eventsPolicy, 'max-share': '100%' };
  const result = await retain(database, [policy], { 'batch-seconds': '0.2' });
  expect(result).toMatchObject({ outcome: 'succeeded', metrics: { deletedRows: 3600 } });
});
