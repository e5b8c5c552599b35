import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MaintenanceLog } from '../../../src/core/maintenance-log.ts';
import type { Result } from '../../../src/core/result-schema.ts';
import { task } from '../../../src/tasks/vacuum/index.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { holdXminBySlot } from '../../rig/standby-feedback.ts';
import { runInProcess } from '../run-task.ts';
import { flushCounters, makeTable } from './tables.ts';

function vacuum(database: TestDatabase, url = database.url()): Promise<Result> {
  return runInProcess(task, { 'database-url': url, tables: '["public.*"]' });
}

async function killRows(database: TestDatabase): Promise<void> {
  await database.query(`update trades set note = 'x'`);
  await flushCounters(database);
}

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version, {
      settings: { max_prepared_transactions: '5', wal_level: 'logical' },
    });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test('names the session that holds back the xmin horizon', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades');
    const holder = await database.connect();
    await holder.query(`set application_name = 'reporting'`);
    await holder.query('begin isolation level repeatable read; select 1');
    await killRows(database);
    const result = await vacuum(database);
    expect(result.outcome).toBe('succeeded');
    expect(result.findings).toMatchObject([
      { code: 'xmin-horizon-held', severity: 'medium' },
    ]);
    expect(result.findings[0]?.subject).toMatch(/^pid \d+ \(reporting, user postgres\)$/);
    expect(result.findings[0]?.message).toContain(
      '1,000 dead tuples could not be removed from public.trades.',
    );
    await holder.query('commit');
    expect((await vacuum(database)).findings).toEqual([]);
  });

  test('a table that is vacuumed in vain for the third time in a row turns the job red', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades');
    const holder = await database.connect();
    await holder.query('begin isolation level repeatable read; select 1');
    await killRows(database);
    const runs: Result[] = [];
    const log: MaintenanceLog = {
      read: async () => ({ history: { runs }, findings: [] }),
      begin: async () => [],
      write: async (result) => {
        runs.unshift(result);
        return { url: null, findings: [] };
      },
    };
    const inputs = { 'database-url': database.url(), tables: '["public.*"]' };
    const outcomes: string[] = [];
    for (let night = 1; night <= 3; night++) {
      outcomes.push((await runInProcess(task, inputs, { log })).outcome);
    }
    expect(outcomes).toEqual(['succeeded', 'succeeded', 'attention']);
    expect(runs[0]?.findings).toMatchObject([
      { code: 'xmin-horizon-held', severity: 'high' },
    ]);
    await holder.query('commit');
  });

  test('says that a role without rights sees the session but not whose it is', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades');
    await database.query(`create role ${database.name} login password 'x'`);
    await database.query(`alter table trades owner to ${database.name}`);
    const holder = await database.connect();
    await holder.query('begin isolation level repeatable read; select 1');
    await killRows(database);
    const url = database.url({ user: database.name, password: 'x' });
    const result = await vacuum(database, url);
    expect(result.findings).toMatchObject([
      { code: 'xmin-horizon-held', remedy: expect.stringContaining('pg_read_all_stats') },
    ]);
    await holder.query('commit');
    await database.query(`drop owned by ${database.name}`);
    await database.query(`drop role ${database.name}`);
  });

  test('names a prepared transaction', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades');
    await database.query('begin');
    await database.query('insert into trades values (-1)');
    await database.query(`prepare transaction 'settlement''s'`);
    await killRows(database);
    const result = await vacuum(database);
    expect(result.findings).toMatchObject([
      {
        code: 'xmin-horizon-held',
        subject: `prepared transaction settlement's (user postgres)`,
        remedy: `Commit it, or run: rollback prepared 'settlement''s'`,
      },
    ]);
  });

  test('names a replication slot', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades');
    const slot = `slot_${database.name}`;
    await holdXminBySlot(cluster, slot);
    await killRows(database);
    const result = await vacuum(database);
    await database.query(`select pg_drop_replication_slot('${slot}')`);
    expect(result.findings).toMatchObject([
      { code: 'xmin-horizon-held', subject: `replication slot ${slot}` },
    ]);
  });

  test('reports invalid indexes with what to run', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades');
    await database.query(
      'insert into trades select -i, $$same$$ from generate_series(1, 2) i',
    );
    await database
      .query('create unique index concurrently note_unique on trades (note)')
      .catch(() => {});
    const result = await vacuum(database);
    expect(result.findings).toMatchObject([
      { code: 'invalid-index', subject: 'public.note_unique', severity: 'low' },
    ]);
    expect(result.findings[0]?.remedy).toContain(
      'drop index concurrently public.note_unique',
    );
  });

  test('a table that nears wraparound is critical until it is frozen', async () => {
    await using database = await cluster.createDatabase();
    await makeTable(database, 'trades');
    const makeOld = `\
update pg_class set relfrozenxid = ((txid_current() - 1500000000 + 4294967296)
  % 4294967296)::text::xid where relname = 'trades'`;
    await database.query(makeOld);
    const dry = await runInProcess(task, {
      'database-url': database.url(),
      'dry-run': 'true',
    });
    expect(dry).toMatchObject({
      outcome: 'attention',
      findings: [
        { code: 'wraparound-near', severity: 'critical', subject: 'public.trades' },
      ],
    });
    const result = await vacuum(database);
    expect(result).toMatchObject({ outcome: 'succeeded', findings: [] });
  });
});
