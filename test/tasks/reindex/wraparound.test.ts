import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { task } from '../../../src/tasks/reindex/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { newestPostgres, postgresVersions } from '../../rig/postgres-binaries.ts';
import { runInProcess } from '../run-task.ts';
import { invalidIndexes, makeIndexed, until } from './tables.ts';

/** The least that the server takes. */
const freezeMaxAge = 100_000;

const oldestPostgres = postgresVersions[0] ?? newestPostgres;

describe.each([...new Set([oldestPostgres, newestPostgres])])(
  'on PostgreSQL %i',
  (version) => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster(version, {
        settings: {
          autovacuum: 'on',
          autovacuum_freeze_max_age: String(freezeMaxAge),
          autovacuum_naptime: '1s',
        },
      });
    });
    afterAll(() => cluster[Symbol.asyncDispose]());

    function reindex(database: TestDatabase, inputs: Record<string, string> = {}) {
      const given = {
        'database-url': database.url(),
        'min-size': '100kB',
        tables: '["public.trades"]',
        ...inputs,
      };
      return runInProcess(task, given);
    }

    /** Uses up transaction ids: each subtransaction takes one. */
    async function age(database: TestDatabase): Promise<void> {
      await database.query('create table used (id int)');
      await database.query(`do $$ begin
        for i in 1 .. ${freezeMaxAge + 5000} loop
          begin insert into used values (i); exception when division_by_zero then null; end;
        end loop; end $$`);
    }

    test('a table that is due for an anti-wraparound vacuum is left alone', async () => {
      await using database = await cluster.createDatabase();
      await makeIndexed(database, 'trades', { deleted: 60 });
      // Autovacuum would get there first.
      const holder = await database.connect();
      await holder.query('begin; lock table trades in share update exclusive mode');
      await age(database);
      const result = await reindex(database);
      await holder.query('rollback');
      expect(result.steps).toEqual([]);
      expect(result.findings).toContainEqual(
        expect.objectContaining({
          code: 'vacuum-first',
          subject: 'public.trades',
          remedy: 'Run: vacuum (freeze) public.trades',
        }),
      );
    });

    test('an anti-wraparound vacuum that queues up behind a rebuild is let through', async () => {
      await using database = await cluster.createDatabase();
      await makeIndexed(database, 'trades', { deleted: 60 });
      const reader = await database.connect();
      await reader.query(
        'begin isolation level repeatable read; select from pg_class limit 1',
      );
      const running = reindex(database, { 'max-wait': '5m' });
      await until(
        database,
        `exists (select from pg_stat_progress_create_index where phase like 'waiting for old%')`,
      );
      await age(database);
      const result = await running;
      expect(result.steps).toMatchObject([
        {
          status: 'cancelled',
          error: 'given up: an anti-wraparound vacuum of its table waited for it',
        },
      ]);
      expect(result.findings.map(({ code }) => code)).toContain('vacuum-first');
      await reader.query('rollback');
      expect(await invalidIndexes(database)).toEqual([]);
    });
  },
);
