import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { task } from '../../../src/tasks/reindex/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { runInProcess } from '../run-task.ts';
import { memoryLog } from './kept-log.ts';
import { invalidIndexes, leaveInvalid, makeIndexed, until } from './tables.ts';

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  function reindex(
    database: TestDatabase,
    inputs: Record<string, string> = {},
    options: Parameters<typeof runInProcess>[2] = {},
  ) {
    const given = { 'database-url': database.url(), 'min-size': '100kB', ...inputs };
    return runInProcess(task, given, options);
  }

  const oidOf = async (database: TestDatabase, index: string) => {
    const { rows } = await database.query<{ oid: number }>(
      `select '${index}'::regclass::oid::int as oid`,
    );
    return rows[0]?.oid ?? 0;
  };

  test("somebody's leftover is reported with the command, and not touched", async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders');
    await leaveInvalid(database, 'orders_index');
    const result = await reindex(database);
    expect(result).toMatchObject({
      outcome: 'nothing-to-do',
      findings: [
        {
          code: 'invalid-index-leftover',
          severity: 'low',
          subject: 'public.orders_index_ccnew',
          remedy: 'Run: DROP INDEX CONCURRENTLY public.orders_index_ccnew',
        },
      ],
    });
    expect(result.findings[0]?.message).toContain(
      'every write to the table maintains it',
    );
    expect(await invalidIndexes(database)).toEqual(['orders_index_ccnew']);
  });

  test('with drop-leftovers it is dropped, whatever digits it has', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders');
    await leaveInvalid(database, 'orders_index');
    await leaveInvalid(database, 'orders_index');
    await leaveInvalid(database, 'orders_index');
    const names = ['orders_index_ccnew', 'orders_index_ccnew1', 'orders_index_ccnew2'];
    expect(await invalidIndexes(database)).toEqual(names);
    const dry = await reindex(database, { 'drop-leftovers': 'true', 'dry-run': 'true' });
    expect(dry.message).toMatch(
      /^Would drop 3 leftovers; nothing was changed\. Looked at/,
    );
    const result = await reindex(database, { 'drop-leftovers': 'true' });
    expect(result).toMatchObject({
      outcome: 'succeeded',
      message: expect.stringMatching(/^Dropped 3 of 3 leftovers\. /),
      findings: [],
    });
    expect(result.steps.map(({ command }) => command)).toEqual(
      names.map((name) => `DROP INDEX CONCURRENTLY public.${name}`),
    );
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('the failed CREATE INDEX CONCURRENTLY of a user is reported, never touched', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders');
    for (const name of ['wanted', 'wanted_ccnew']) {
      await database
        .query(`create unique index concurrently ${name} on orders ((id / 2))`)
        .catch(() => {});
    }
    const result = await reindex(database, { indexes: '["public.orders_index"]' });
    // The second one has the name of a leftover, of an index that is invalid itself.
    expect(result.findings).toMatchObject([
      { code: 'invalid-index-foreign', severity: 'low', subject: 'public.wanted' },
      { code: 'invalid-index-leftover', severity: 'low', subject: 'public.wanted_ccnew' },
    ]);
    await database.query('drop index wanted');
    const dropping = await reindex(database, { 'drop-leftovers': 'true' });
    expect(dropping.findings).toMatchObject([
      { code: 'invalid-index-foreign', subject: 'public.wanted_ccnew' },
    ]);
    expect(await invalidIndexes(database)).toEqual(['wanted_ccnew']);
  });

  test.each([
    ['63 bytes', 'a'.repeat(63)],
    ['63 bytes in 31 characters', `${'ä'.repeat(31)}x`],
  ])('a leftover of ours with a name of %s is found and dropped', async (_, name) => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders');
    await database.query(`alter index orders_index rename to "${name}"`);
    const log = memoryLog();
    log.kept = { indexes: [await oidOf(database, `"${name}"`)], others: [] };
    await leaveInvalid(database, `"${name}"`);
    expect(await invalidIndexes(database)).toHaveLength(1);
    const result = await reindex(database, {}, { log });
    expect(result.steps).toMatchObject([{ status: 'done' }]);
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('two names that are cut to the same one: ours is told by either', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders');
    const [first, second] = [`${'a'.repeat(60)}_01`, `${'a'.repeat(60)}_02`];
    await database.query(`alter index orders_index rename to ${first}`);
    await database.query(`create index ${second} on orders (id)`);
    for (const name of [first, second]) {
      const log = memoryLog();
      log.kept = { indexes: [await oidOf(database, name)] };
      await leaveInvalid(database, name);
      expect(await invalidIndexes(database)).toEqual([`${'a'.repeat(57)}_ccnew`]);
      await reindex(database, {}, { log });
      expect(await invalidIndexes(database)).toEqual([]);
    }
  });

  test('a leftover of ours in TOAST is dropped', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders');
    const { rows } = await database.query<{ index: string }>(`\
select indexrelid::regclass::text as index from pg_index
where indrelid = (select reltoastrelid from pg_class where relname = 'orders')`);
    const index = rows[0]?.index ?? '';
    const log = memoryLog();
    log.kept = { indexes: [await oidOf(database, index)] };
    await leaveInvalid(database, index);
    const result = await reindex(database, {}, { log });
    expect(result.steps).toMatchObject([
      { command: `DROP INDEX CONCURRENTLY ${index}_ccnew`, status: 'done' },
    ]);
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test('what somebody rebuilds just now is left alone, though its oid is in our log', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders');
    const log = memoryLog();
    log.kept = { indexes: [await oidOf(database, 'orders_index')] };
    const reader = await database.connect();
    await reader.query('begin isolation level repeatable read; select from pg_class');
    const other = await database.connect();
    const rebuilding = other.query('reindex index concurrently orders_index');
    await until(
      database,
      `exists (select from pg_stat_progress_create_index where phase like 'waiting for old%')`,
    );
    const result = await reindex(database, { 'drop-leftovers': 'true' }, { log });
    expect(result).toMatchObject({ outcome: 'nothing-to-do', findings: [] });
    await reader.query('commit');
    await rebuilding;
    expect(await invalidIndexes(database)).toEqual([]);
  });

  test("a leftover that was there before ours stays somebody else's", async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 60 });
    await leaveInvalid(database, 'orders_index');
    const log = memoryLog();
    const result = await reindex(database, {}, { log });
    expect(result.steps).toMatchObject([{ id: 'public.orders_index', status: 'done' }]);
    const again = await reindex(database, { 'cool-down': '0s' }, { log });
    expect(again.findings).toMatchObject([
      { code: 'invalid-index-leftover', severity: 'low' },
    ]);
    expect(await invalidIndexes(database)).toEqual(['orders_index_ccnew']);
  });

  test('what a run has kept in vain is forgotten: an index that is gone, another one', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders');
    const log = memoryLog();
    log.kept = { indexes: [1, 2_000_000_000, await oidOf(database, 'pg_class')] };
    await leaveInvalid(database, 'orders_index');
    const result = await reindex(database, {}, { log });
    expect(result.steps).toEqual([]);
    expect(await invalidIndexes(database)).toEqual(['orders_index_ccnew']);
  });

  test('an index that was rebuilt within the cool-down is left alone', async () => {
    await using database = await cluster.createDatabase();
    await makeIndexed(database, 'orders', { deleted: 40 });
    const log = memoryLog();
    expect((await reindex(database, {}, { log })).steps).toHaveLength(1);
    await database.query('delete from orders where id % 100 < 80');
    await database.query('vacuum (analyze) orders');
    expect((await reindex(database, {}, { log })).outcome).toBe('nothing-to-do');
    const later = await reindex(database, { 'cool-down': '0s' }, { log });
    expect(later.steps).toMatchObject([{ status: 'done' }]);
  });
});
