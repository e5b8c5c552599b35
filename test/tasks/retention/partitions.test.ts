import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import { postgresVersions } from '../../rig/postgres-binaries.ts';
import { codes, count, eventsPolicy, retain, until } from './tables.ts';

describe.each(postgresVersions)('on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(version);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  /**
   * Partitions of ten days each: number 0 ends today, number 9 has the cut-off in it. A row a
   * day at noon, but for the 90th, of which the time of day would tell whether it is old.
   */
  async function makePartitioned(database: TestDatabase, { hasDefault = false } = {}) {
    await database.query(`\
create table events (id int, created_at timestamptz) partition by range (created_at);
do $$ begin
  for i in 0 .. 14 loop
    execute format('create table events_%s partition of events for values from (%L) to (%L)', i,
      (current_date - 10 * i - 9)::timestamptz, (current_date - 10 * i + 1)::timestamptz);
  end loop;
end $$;
create index on events (created_at);
insert into events select i, current_date - i + interval '12 hours'
  from generate_series(0, 140) i where i <> 90`);
    if (!hasDefault) return;
    await database.query(`\
create table events_rest partition of events default;
insert into events select 1000 + i, '2020-01-01' from generate_series(1, 7) i`);
  }

  const partitions = `select count(*) from pg_inherits where inhparent = 'events'::regclass`;
  const exists = (name: string) =>
    `select (to_regclass('public.${name}') is not null)::int`;

  test('partitions of which all has expired are dropped; the one beside is left', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    const dry = await retain(database, [eventsPolicy], { 'dry-run': 'true' });
    const result = await retain(database, [eventsPolicy]);
    for (const { steps } of [dry, result]) {
      expect(steps[0]?.command).toBe(
        [14, 13, 12, 11, 10].map((i) => `DROP TABLE public.events_${i}`).join('; '),
      );
      expect(steps[0]?.before).toMatchObject({ rows: 140, expiredRows: 50 });
    }
    expect(result).toMatchObject({
      outcome: 'succeeded',
      steps: [
        {
          status: 'done',
          after: { expiredRows: 9, rows: 99 },
          metrics: { deletedRows: 41, droppedParts: 5 },
        },
      ],
    });
    expect(codes(result)).toEqual(['info chunk-straddles-cutoff']);
    expect(result.findings[0]?.message).toBe(
      'Expired rows of public.events lie beside younger ones: 9 in public.events_9.',
    );
    expect(await count(database, partitions)).toBe(10);
    expect(await count(database, exists('events_10'))).toBe(0);
    const again = await retain(database, [eventsPolicy]);
    expect(again).toMatchObject({
      outcome: 'nothing-to-do',
      steps: [{ status: 'skipped', error: 'no part of it has expired as a whole' }],
    });
  });

  test('the rows beside younger ones are deleted where that is asked for', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database, { hasDefault: true });
    const policy = { ...eventsPolicy, straddling: 'delete', 'max-share': '60%' };
    const result = await retain(database, [policy]);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      findings: [],
      steps: [{ after: { expiredRows: 0 }, metrics: { deletedRows: 57 } }],
    });
    expect(await count(database, partitions)).toBe(11);
    expect(await count(database, 'select count(*) from events_rest')).toBe(0);
  });

  test('the default partition is never dropped, and its expired rows are named', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database, { hasDefault: true });
    const result = await retain(database, [eventsPolicy]);
    expect(result.steps[0]?.status).toBe('done');
    expect(result.findings[0]?.message).toBe(
      'Expired rows of public.events lie beside younger ones: 9 in public.events_9, 7 in public.events_rest.',
    );
  });

  test('the last partition is never dropped', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table events (id int, created_at timestamptz) partition by range (created_at);
create table events_a partition of events for values from (minvalue) to ('2019-01-01');
create table events_b partition of events for values from ('2019-01-01') to ('2020-01-01');
insert into events values (1, '2018-05-05'), (2, '2019-05-05')`);
    const result = await retain(database, [{ ...eventsPolicy, 'max-share': '100%' }]);
    expect(result.steps[0]?.command).toBe('DROP TABLE public.events_a');
    expect(codes(result)).toEqual(['medium rows-left']);
    expect(result.findings[0]?.message).toContain(
      '1 in public.events_b: it is the last one',
    );
  });

  test('detached, a partition stays as a table of its own', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    const policy = { ...eventsPolicy, method: 'detach-partitions' };
    const result = await retain(database, [policy]);
    expect(result.steps[0]?.command).toContain(
      'ALTER TABLE public.events DETACH PARTITION public.events_14 CONCURRENTLY; ',
    );
    expect(result).toMatchObject({
      outcome: 'succeeded',
      metrics: { deletedRows: 0, detachedRows: 41 },
      message: 'Detached 41 rows of public.events; 9 that have expired are left.',
    });
    expect(await count(database, partitions)).toBe(10);
    expect(await count(database, 'select count(*) from events_10')).toBe(10);
  });

  test('beside a default partition it is detached in the ordinary way', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database, { hasDefault: true });
    const policy = { ...eventsPolicy, method: 'detach-partitions' };
    const result = await retain(database, [policy]);
    expect(result.steps[0]?.command).not.toContain('CONCURRENTLY');
    expect(result.steps[0]?.status).toBe('done');
    expect(await count(database, partitions)).toBe(11);
  });

  test('a detaching that did not end is brought to its end', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    const reader = await database.connect();
    await reader.query('begin; select from events limit 1');
    const victim = await database.connect();
    await victim.query(`set lock_timeout = '200ms'`);
    await victim
      .query('alter table events detach partition events_10 concurrently')
      .catch(() => {});
    await reader.query('commit');
    expect(await count(database, `${partitions} and inhdetachpending`)).toBe(1);
    const policy = { ...eventsPolicy, method: 'detach-partitions' };
    const result = await retain(database, [policy]);
    expect(result.steps[0]?.command).toContain(
      'DETACH PARTITION public.events_10 FINALIZE',
    );
    expect(result.steps[0]).toMatchObject({ status: 'done', error: null });
    expect(await count(database, partitions)).toBe(10);
  });

  test('what somebody else has begun to detach, and has not expired, is left to him', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    await database.query(
      `update pg_inherits set inhdetachpending = true where inhrelid = 'events_2'::regclass`,
    );
    const policy = { ...eventsPolicy, method: 'detach-partitions' };
    const result = await retain(database, [policy]);
    expect(result.findings[0]).toMatchObject({
      code: 'policy-refused',
      message: expect.stringContaining('public.events_2 has not expired, and somebody'),
      remedy: expect.stringContaining('DETACH PARTITION public.events_2 FINALIZE'),
    });
    expect(await count(database, partitions)).toBe(15);
  });

  test('detaching waits in short tries for who reads, and ends what it has begun', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    const reader = await database.connect();
    await reader.query('begin; select from events limit 1');
    const policy = { ...eventsPolicy, method: 'detach-partitions' };
    const running = retain(database, [policy], { 'lock-timeout': '50ms' });
    await until(
      database,
      `exists (${partitions.replace('count(*)', '')} and inhdetachpending)`,
    );
    await reader.query('commit');
    expect((await running).steps[0]).toMatchObject({ status: 'done', error: null });
    expect(await count(database, partitions)).toBe(10);
  });

  test('who reads the table is not kept waiting: dropping tries again, then is left', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    const reader = await database.connect();
    await reader.query('begin; select from events limit 1');
    const running = retain(database, [eventsPolicy], { 'lock-timeout': '20ms' });
    const other = await database.connect();
    await until(
      other,
      `exists (select from pg_stat_activity where query like 'lock table only%')`,
    );
    // Behind the lock that it waits for, nobody waits for longer than it does.
    await other.query(`set lock_timeout = '15s'`);
    await other.query('select count(*) from events');
    await reader.query('commit');
    expect((await running).steps[0]).toMatchObject({ status: 'done' });

    await makeAgain(database);
    await reader.query('begin; select from events limit 1');
    const result = await retain(database, [eventsPolicy], {
      'lock-timeout': '20ms',
      deadline: '4s',
    });
    await reader.query('commit');
    expect(result.steps[0]).toMatchObject({
      status: 'cancelled',
      metrics: { deletedRows: 0 },
    });
    expect(result.steps[0]?.error).toMatch(
      /^nothing was deleted: locked by others: pid .* holds AccessShareLock/,
    );
    expect(codes(result)).toContain('medium table-locked');
  });

  async function makeAgain(database: TestDatabase) {
    await database.query('drop table events');
    await makePartitioned(database);
  }

  test('a condition, or another key, means single rows', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    const result = await retain(database, [{ ...eventsPolicy, where: 'id % 2 = 0' }]);
    expect(result.steps[0]?.command).toMatch(/^DELETE FROM public\.events WHERE/);
    expect(result.metrics['deletedRows']).toBe(25);
    expect(await count(database, partitions)).toBe(15);
    const refused = await retain(database, [
      { ...eventsPolicy, where: 'id % 2 = 0', method: 'drop-partitions' },
    ]).catch((error) => error);
    expect(String(refused)).toContain(
      'drop-partitions takes all rows of a chunk or partition',
    );
  });

  test('a foreign key on the table: its partitions are detached, then dropped', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    await database.query(`\
alter table events add primary key (id, created_at);
create table fills (id int, at timestamptz, foreign key (id, at) references events);
create index on fills (id, at);
insert into fills select id, created_at from events where id between 110 and 112`);
    const result = await retain(database, [eventsPolicy]);
    expect(result.steps[0]?.command).toMatch(
      /^ALTER TABLE public\.events DETACH PARTITION public\.events_14; DROP TABLE public\.events_14; /,
    );
    // One is still referenced, which the server says.
    expect(result.steps[0]).toMatchObject({ status: 'failed' });
    expect(result.steps[0]?.error).toContain('fills');
    await database.query('delete from fills');
    const next = await retain(database, [eventsPolicy]);
    expect(next.steps[0]).toMatchObject({ status: 'done', error: null });
    expect(await count(database, partitions)).toBe(10);
  });

  test('what keeps one partition keeps no other', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    await database.query('create view archive as select * from events_13');
    const result = await retain(database, [eventsPolicy]);
    expect(result).toMatchObject({ outcome: 'failed', steps: [{ status: 'failed' }] });
    expect(result.steps[0]?.error).toMatch(
      /events_13 because other objects depend on it.*view public\.archive/,
    );
    expect(await count(database, partitions)).toBe(11);
    expect(result.metrics['deletedRows']).toBe(31);
  });

  test.each([
    ['detached', 'alter table events detach partition events_12'],
    [
      'another one by its name',
      'alter table events detach partition events_12; alter table events_12 rename to saved; create table events_12 (id int)',
    ],
    ['renamed', 'alter table events_12 rename to saved'],
  ])('a partition that has been %s since the plan stays', async (_, sql) => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    const reader = await database.connect();
    await reader.query('begin; select from events limit 1');
    const running = retain(database, [eventsPolicy], { 'lock-timeout': '20ms' });
    await until(
      database,
      `exists (select from pg_stat_activity where datname = current_database()
        and query like 'lock table only%')`,
    );
    await reader.query('commit');
    await database.query(sql);
    const result = await running;
    expect(
      (await count(database, exists('events_12'))) +
        (await count(database, exists('saved'))),
    ).toBeGreaterThan(0);
    if (result.steps[0]?.status === 'cancelled') {
      expect(result.steps[0]?.error).toContain(
        'public.events_12 is no longer what it was',
      );
    }
  });

  test('parts with foreign tables in them are left', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create extension file_fdw; create server files foreign data wrapper file_fdw;
create table events (id int, created_at date) partition by range (created_at);
create table y19 partition of events for values from ('2019-01-01') to ('2020-01-01')
  partition by hash (id);
create table y19_0 partition of y19 for values with (modulus 2, remainder 0);
create foreign table y19_1 partition of y19 for values with (modulus 2, remainder 1)
  server files options (filename '/dev/null');
create table now partition of events for values from ('2020-01-01') to (maxvalue);
insert into y19_0 select i, '2019-05-05' from generate_series(1, 100) i
  where satisfies_hash_partition('y19'::regclass, 2, 0, i);
insert into events select i, current_date from generate_series(1, 300) i`);
    const result = await retain(database, [eventsPolicy]);
    expect(result.steps[0]).toMatchObject({ status: 'skipped' });
    expect(result.steps[0]?.error).toContain('public.y19: it has foreign tables');
    expect(await count(database, exists('y19'))).toBe(1);
  });

  test('only the owner may drop', async () => {
    await using database = await cluster.createDatabase();
    await makePartitioned(database);
    await database.query(`\
do $$ begin create role keeper login password 'keeper'; exception when duplicate_object then null; end $$;
grant select, delete, update on events to keeper`);
    const result = await retain(database, [eventsPolicy], {}, { user: 'keeper' });
    expect(codes(result)).toContain('high not-owner');
    expect(result.steps[0]?.status).toBe('skipped');
    expect(await count(database, partitions)).toBe(15);
  });

  test('parts with parts of their own go as a whole', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table events (id int, created_at date) partition by range (created_at);
create table y19 partition of events for values from ('2019-01-01') to ('2020-01-01')
  partition by hash (id);
create table y19_0 partition of y19 for values with (modulus 2, remainder 0);
create table y19_1 partition of y19 for values with (modulus 2, remainder 1);
create table now partition of events for values from ('2020-01-01') to (maxvalue);
insert into events select i, '2019-05-05' from generate_series(1, 30) i;
insert into events select i, current_date from generate_series(1, 70) i`);
    const result = await retain(database, [eventsPolicy]);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      findings: [],
      steps: [{ before: { expiredRows: 30, rows: 100 }, metrics: { deletedRows: 30 } }],
    });
    expect(await count(database, exists('y19_0'))).toBe(0);
  });
});
