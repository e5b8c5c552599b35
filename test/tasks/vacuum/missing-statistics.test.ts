import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { task } from '../../../src/tasks/vacuum/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { runInProcess } from '../run-task.ts';
import { flushCounters, makeTable } from './tables.ts';

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
    await (await cluster.connect()).query(`create role owner login password 'owner'`);
    await (await cluster.connect()).query(`create role keeper login password 'keeper'`);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  /** What a run would analyze, and why; then it does so, and a second run finds nothing. */
  async function due(database: TestDatabase, role?: string): Promise<string[]> {
    const url = database.url(role ? { user: role, password: role } : {});
    const inputs = { 'database-url': url, tables: '["public.*"]' };
    const { steps } = await runInProcess(task, inputs);
    expect((await runInProcess(task, inputs)).steps).toEqual([]);
    return steps.map(({ command, why }) => `${command} -- ${why.split(':')[0]}`);
  }

  /** A table with all statistics, and with counters that call for nothing. */
  async function settled(database: TestDatabase): Promise<void> {
    await makeTable(database, 'trades');
    await database.query('alter table trades owner to owner');
  }

  const shapes: Record<string, [change: string, due: string[]]> = {
    'a new column': [
      `alter table trades add column fee numeric default 0`,
      ['ANALYZE public.trades -- missing-statistics'],
    ],
    'an expression of an index': [
      'create index on trades (lower(note))',
      ['ANALYZE public.trades -- missing-statistics'],
    ],
    'extended statistics': [
      'create statistics pair on id, note from trades; alter statistics pair owner to owner',
      ['ANALYZE public.trades -- missing-statistics'],
    ],
    'nothing, for a column that nobody wants statistics of': [
      `alter table trades add column fee int default 0; alter table trades alter fee set statistics 0`,
      [],
    ],
    'nothing, for an empty partial index on an expression': [
      `create index on trades (lower(note)) where id < 0`,
      [],
    ],
    'nothing, for an empty table': ['create table empty (id int); analyze empty', []],
  };

  for (const [name, [change, expected]] of Object.entries(shapes)) {
    test(`a superuser finds ${name}`, async () => {
      await using database = await cluster.createDatabase();
      await settled(database);
      await database.query(change);
      expect(await due(database)).toEqual(expected);
    });

    test(`the owner of the table, who sees only pg_stats, finds ${name}`, async () => {
      await using database = await cluster.createDatabase();
      await settled(database);
      await database.query(change);
      await database.query('reassign owned by owner to owner');
      expect(await due(database, 'owner')).toEqual(expected);
    });
  }

  test('finds that an inheritance parent lacks statistics with its children', async () => {
    await using database = await cluster.createDatabase();
    await settled(database);
    await database.query('create table archive () inherits (trades)');
    await database.query('insert into archive select i from generate_series(1, 10) i');
    await flushCounters(database);
    await database.query(version >= 18 ? 'analyze only archive' : 'analyze archive');
    expect(await due(database)).toEqual([
      `${version >= 18 ? 'ANALYZE ONLY' : 'ANALYZE'} public.trades -- missing-statistics`,
    ]);
  });

  test('where the role may not look, that is said and nothing is claimed', async () => {
    await using database = await cluster.createDatabase();
    await settled(database);
    await database.query('alter table trades add column fee numeric default 0');
    await database.query(`alter database ${database.name} owner to keeper`);
    const result = await runInProcess(task, {
      'database-url': database.url({ user: 'keeper', password: 'keeper' }),
      tables: '["public.*"]',
    });
    expect(result).toMatchObject({
      outcome: 'nothing-to-do',
      findings: [{ code: 'not-checked', severity: 'low', subject: 'missing statistics' }],
    });
    expect(result.findings[0]?.message).toContain(
      'not known of public.trades: role keeper',
    );
  });
});
