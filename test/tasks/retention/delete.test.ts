import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import {
  codes,
  count,
  eventsPolicy,
  expiredOf3000,
  makeEvents,
  retain,
} from './tables.ts';

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  const old = `select count(*) from events where created_at < now() - interval '90 days'`;
  const all = 'select count(*) from events';

  test('deletes what is older than the cut-off, and proves it', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const result = await retain(database, [eventsPolicy]);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      reason: 'completed',
      findings: [],
    });
    const [step] = result.steps;
    expect(step).toMatchObject({
      id: 'public.events',
      status: 'done',
      before: { expiredRows: expiredOf3000, rows: 3000 },
      after: { expiredRows: 0, rows: 2160 },
      metrics: { deletedRows: expiredOf3000, archivedRows: 0 },
    });
    expect(step?.command).toMatch(
      /^DELETE FROM public\.events WHERE created_at < '\d{4}-\d\d-\d\d [\d:.]+\+00'::timestamptz$/,
    );
    expect(step?.why).toMatch(
      /^840 of 3,000 rows \(28 %, about [\d.]+ kB\) are older than 2\d\d\d-\d\d-\d\dT[\d:]+Z, the cut-off \(keep 90 days\); the oldest of .*; in batches along the index events_created_at_idx$/,
    );
    expect(step?.before?.['cutoff']).toBe(
      new Date(Number(step?.metrics['cutoff']) * 1000).toISOString().replace('.000', ''),
    );
    expect(Date.parse(String(step?.after?.['oldest']))).toBeGreaterThanOrEqual(
      Number(step?.metrics['cutoff']) * 1000,
    );
    expect(result.metrics).toMatchObject({ deletedRows: expiredOf3000, policies: 1 });
    expect(result.message).toBe('Deleted 840 rows of public.events.');
    expect(await count(database, old)).toBe(0);
    expect(await count(database, all)).toBe(2160);
  });

  test('a dry run says the same, changes nothing, and is the default', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    for (const dryRun of ['true', '']) {
      const result = await retain(database, [eventsPolicy], { 'dry-run': dryRun });
      expect(result).toMatchObject({
        dryRun: true,
        outcome: 'succeeded',
        message: 'Would delete 840 rows of public.events; nothing was changed.',
        steps: [
          {
            status: 'planned',
            before: { expiredRows: expiredOf3000, rows: 3000 },
            after: null,
          },
        ],
      });
    }
    expect(await count(database, all)).toBe(3000);
  });

  test('what is deleted is vacuumed and analyzed behind that, unless told otherwise', async () => {
    await using database = await cluster.createDatabase();
    const vacuums = `select vacuum_count + analyze_count from pg_stat_user_tables where relname = 'events'`;
    await makeEvents(database);
    expect(await count(database, vacuums)).toBe(2);
    await retain(database, [{ ...eventsPolicy, keep: '100 days' }], {
      'follow-up': 'none',
    });
    expect(await count(database, vacuums)).toBe(2);
    await retain(database, [eventsPolicy]);
    expect(await count(database, vacuums)).toBe(4);
  });

  test('nothing has expired: nothing to do', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const result = await retain(database, [{ ...eventsPolicy, keep: '1 year' }]);
    expect(result).toMatchObject({
      outcome: 'nothing-to-do',
      message: 'Nothing of public.events has expired.',
      steps: [
        { status: 'skipped', error: 'nothing has expired', before: { expiredRows: 0 } },
      ],
    });
  });

  test.each([
    ['timestamptz', 840],
    ['timestamp', 840],
    // Of a date the whole day must have passed.
    ['date', null],
  ] as const)('the age of a row told by a column of type %s', async (type, expected) => {
    await using database = await cluster.createDatabase();
    for (const set of ['set', `alter database ${database.name} set`]) {
      await database.query(`${set} timezone = 'Pacific/Auckland'`);
    }
    await makeEvents(database, { type });
    const { rows } = await database.query(`
      select (count(*) filter (where created_at < (now() at time zone 'UTC')::date - 90))::int as n,
        (count(*) filter (where created_at < now()::timestamp - interval '90 days'))::int as local
      from events`);
    const result = await retain(database, [eventsPolicy]);
    const deleted = result.metrics['deletedRows'];
    if (type === 'timestamp') {
      // Stored as local time of Auckland, read as UTC: hours too young, never too old.
      expect(deleted).toBeLessThan(840);
      expect(deleted).toBeGreaterThan(820);
      const local = await retain(database, [
        { ...eventsPolicy, 'time-zone': 'Pacific/Auckland' },
      ]);
      const more = Number(local.metrics['deletedRows']);
      expect(Number(deleted) + more).toBe(rows[0].local);
    } else {
      expect(deleted).toBe(expected ?? rows[0].n);
    }
  });

  test('months and years are those of the calendar', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const result = await retain(database, [{ ...eventsPolicy, keep: '3 months' }]);
    const { rows } = await database.query(
      `select (extract(epoch from now() - interval '3 months'))::int as cutoff`,
    );
    const cutoff = Number(result.steps[0]?.metrics['cutoff']);
    expect(Math.abs(cutoff - rows[0].cutoff)).toBeLessThan(60);
  });

  test('only rows for which the condition holds; a comment in it takes nothing away', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const where = `kind in ('k0', 'k1') -- not the others`;
    const result = await retain(database, [{ ...eventsPolicy, where }]);
    expect(result).toMatchObject({ outcome: 'succeeded', metrics: { deletedRows: 420 } });
    expect(await count(database, old)).toBe(420);
    expect(await count(database, `${old} and kind in ('k0', 'k1')`)).toBe(0);
  });

  test('a column without an index is said to be so, and the table is walked by its pages', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database, { index: '' });
    const result = await retain(database, [eventsPolicy]);
    expect(result.outcome).toBe('succeeded');
    expect(codes(result)).toEqual(['low unindexed-column']);
    expect(result.findings[0]?.remedy).toContain(
      'create index concurrently on public.events (created_at)',
    );
    expect(result.steps[0]?.why).toContain('in batches by ranges of its pages');
    expect(await count(database, old)).toBe(0);
    expect(await count(database, all)).toBe(2160);
  });

  test('rows in any order, with an index: by pages, each of them once', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table events (id bigint, created_at timestamptz, note text);
insert into events select i, now() - i * interval '1 hour', repeat('x', 100)
  from generate_series(1, 30000) i order by hashint4(i);
create index on events (created_at)`);
    await database.query('vacuum (analyze) events');
    const policy = { ...eventsPolicy, 'max-share': '100%' };
    const result = await retain(database, [policy]);
    expect(result.steps[0]?.why).toContain('by ranges of its pages');
    expect(result.metrics['deletedRows']).toBe(30_000 - 2160 + 1);
    expect(await count(database, old)).toBe(0);
  });

  test('rows that have no time never expire', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query('update events set created_at = null where id <= 100');
    const result = await retain(database, [eventsPolicy]);
    expect(result.metrics['deletedRows']).toBe(expiredOf3000 - 100);
    expect(await count(database, all)).toBe(2260);
  });

  test('many rows of one time are deleted as well, along the index and beyond', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table events (id bigint, created_at timestamptz);
create index on events (created_at)`);
    // Of this nothing is known to the planner.
    await database.query(`insert into events
      select i, '2020-01-01' from generate_series(1, 60000) i`);
    await database.query(
      `insert into events select i, now() from generate_series(1, 10) i`,
    );
    const policy = { ...eventsPolicy, 'max-share': '100%' };
    const result = await retain(database, [policy], { 'batch-seconds': '0.01' });
    expect(result).toMatchObject({
      outcome: 'succeeded',
      metrics: { deletedRows: 60_000 },
    });
    expect(await count(database, all)).toBe(10);
  });

  test('names that need quotes, here and there', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create schema "Old ""stuff""";
create table "Old ""stuff"""."the.events; drop" ("at ' time" timestamptz, "user" int);
create index on "Old ""stuff"""."the.events; drop" ("at ' time");
insert into "Old ""stuff"""."the.events; drop" select now() - i * interval '1 day', i
  from generate_series(0, 99) i`);
    const policy = {
      table: '"Old ""stuff"""."the.events; drop"',
      column: `at ' time`,
      keep: '90 days',
      where: '"user" % 2 = 1',
    };
    const result = await retain(database, [policy]);
    expect(result).toMatchObject({ outcome: 'succeeded', metrics: { deletedRows: 5 } });
    expect(result.steps[0]?.id).toBe('"Old ""stuff"""."the.events; drop"');
  });

  test('two policies on one table, told apart by their conditions', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const result = await retain(database, [
      { ...eventsPolicy, where: `kind = 'k0'` },
      { ...eventsPolicy, keep: '100 days', where: `kind <> 'k0'` },
    ]);
    expect(result.steps.map(({ metrics }) => metrics['deletedRows'])).toEqual([210, 450]);
    expect(result.message).toBe('Deleted 660 rows under 2 policies.');
  });

  test('the leaves of a table that is partitioned otherwise, and the one that inherits', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table events (id int, created_at timestamptz) partition by hash (id);
create table events_0 partition of events for values with (modulus 2, remainder 0);
create table events_1 partition of events for values with (modulus 2, remainder 1);
create index on events (created_at);
insert into events select i, now() - i * interval '1 day' from generate_series(1, 100) i`);
    const result = await retain(database, [eventsPolicy]);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      steps: [
        { id: 'public.events', before: { rows: 100 }, metrics: { deletedRows: 11 } },
      ],
    });
    expect(await count(database, all)).toBe(89);
  });
});
