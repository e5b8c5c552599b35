import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
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
    const admin = await cluster.connect();
    await admin.query(`create role clerk login password 'clerk'`);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  const all = 'select count(*) from events';

  /** Runs a policy that must be refused, and takes care that nothing was deleted. */
  async function refusedRun(
    database: TestDatabase,
    policy: Record<string, string> = eventsPolicy,
    options: Parameters<typeof retain>[3] = {},
  ) {
    const rows = await count(database, all);
    const result = await retain(database, [policy], {}, options);
    expect(await count(database, all)).toBe(rows);
    expect(result.steps).toMatchObject([{ status: 'skipped', startedAt: null }]);
    expect(result.findings).not.toEqual([]);
    for (const { message } of result.findings) {
      expect(result.steps[0]?.error).toContain(message.replace(/\.$/, ''));
    }
    return result;
  }

  test('more of the table than max-share', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const policy = { ...eventsPolicy, 'max-share': '27%' };
    const result = await refusedRun(database, policy);
    expect(result).toMatchObject({ outcome: 'attention', reason: 'findings' });
    expect(codes(result)).toEqual(['high over-max-share']);
    expect(result.findings[0]?.message).toBe(
      '840 of the 3,000 rows of public.events would go, 28 %; max-share is 27 %.',
    );
    expect(result.steps[0]?.before).toMatchObject({ expiredRows: 840, rows: 3000 });
    const allowed = { ...eventsPolicy, 'max-share': '28%' };
    expect((await retain(database, [allowed])).outcome).toBe('succeeded');
  });

  test('a refused policy stops no other', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(
      `create table audit as select created_at from events; create index on audit (created_at)`,
    );
    const result = await retain(database, [
      { ...eventsPolicy, 'max-share': '1%' },
      { ...eventsPolicy, table: 'public.audit' },
      { ...eventsPolicy, table: 'public.gone' },
    ]);
    expect(result.outcome).toBe('attention');
    expect(
      Object.fromEntries(result.steps.map(({ id, status }) => [id, status])),
    ).toEqual({
      'public.events': 'skipped',
      'public.audit': 'done',
      'public.gone': 'skipped',
    });
    expect(codes(result)).toEqual(['high no-such-table', 'high over-max-share']);
    expect(await count(database, 'select count(*) from audit')).toBe(2160);
  });

  test.each([
    [{ column: 'nothing' }, 'it has no column nothing'],
    [{ column: 'note' }, 'its column note is of type text, which tells no time'],
    [
      { where: 'nothing = 1' },
      'PostgreSQL refuses its condition (where) on events: column "nothing" does not exist',
    ],
    [{ where: 'true) or (true' }, 'syntax error at or near ")"'],
    [{ where: 'true; drop table events' }, 'syntax error at or near ";"'],
    [{ where: '1' }, 'must be type boolean'],
    [
      { method: 'drop-chunks' },
      'the method drop-chunks is for another kind of table; it is a plain table',
    ],
    [
      { method: 'detach-partitions' },
      'is for another kind of table; it is a plain table',
    ],
  ])('a policy that does not fit its table: %j', async (changes, message) => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    const result = await refusedRun(database, { ...eventsPolicy, ...changes } as Record<
      string,
      string
    >);
    expect(codes(result)).toEqual(['high policy-refused']);
    expect(result.findings[0]?.message).toContain(message);
  });

  test('what is no table, and what rules and row security make of one', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query('create view seen as select * from events');
    const view = await refusedRun(database, { ...eventsPolicy, table: 'public.seen' });
    expect(view.findings[0]?.message).toContain('it is a view');
    await database.query('create table more () inherits (events)');
    const inherited = await refusedRun(database);
    expect(inherited.findings[0]?.message).toContain('other tables inherit from it');
    await database.query('drop table more');
    await database.query('create rule keep as on delete to events do instead nothing');
    const ruled = await refusedRun(database);
    expect(ruled.findings[0]?.message).toContain('a rule turns every DELETE');
    await database.query('drop rule keep on events');
    await database.query(
      `alter table events enable row level security; grant select, update, delete on events to clerk`,
    );
    const hidden = await refusedRun(database, eventsPolicy, { user: 'clerk' });
    expect(hidden.findings[0]).toMatchObject({
      code: 'policy-refused',
      message: expect.stringContaining(
        'row security hides rows of public.events from role clerk',
      ),
      remedy: 'Run: alter role "clerk" bypassrls',
    });
  });

  test('a role without the rights, until it has them', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query('grant select on events to clerk');
    const result = await refusedRun(database, eventsPolicy, { user: 'clerk' });
    expect(codes(result)).toEqual(['high not-owner']);
    const remedy = result.findings[0]?.remedy ?? '';
    expect(remedy).toBe('Run: grant update, delete on public.events to "clerk"');
    await database.query(remedy.replace('Run: ', ''));
    const done = await retain(database, [eventsPolicy], {}, { user: 'clerk' });
    expect(done).toMatchObject({ outcome: 'succeeded', metrics: { deletedRows: 840 } });
    // What is dead it may not vacuum, which is said.
    expect(codes(done)).toEqual(['low no-follow-up']);
  });

  test('a foreign key without an index, with the index to create', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(
      `create table notes (id int, "event id" bigint references events, at timestamptz)`,
    );
    const result = await refusedRun(database);
    expect(codes(result)).toEqual(['high unindexed-foreign-key']);
    const remedy = result.findings[0]?.remedy ?? '';
    expect(remedy).toBe('Run: create index concurrently on public.notes ("event id")');
    await database.query('create index on notes (id, "event id")');
    await refusedRun(database);
    await database.query('create index on notes ("event id") where id > 5');
    await refusedRun(database);
    await database.query(remedy.replace('Run: ', ''));
    expect((await retain(database, [eventsPolicy])).outcome).toBe('succeeded');
  });

  test('rows that others still reference are left, and said to be so', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(`\
create table notes (event_id bigint references events);
create index on notes (event_id) where event_id is not null;
insert into notes select i from generate_series(11, 30) i`);
    const result = await retain(database, [eventsPolicy]);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      steps: [
        { status: 'done', after: { expiredRows: 20 }, metrics: { deletedRows: 820 } },
      ],
    });
    expect(codes(result)).toEqual(['medium rows-left']);
    expect(result.findings[0]?.message).toBe(
      '20 rows of public.events have expired and are still there. 20 are still referenced by public.notes (notes_event_id_fkey).',
    );
  });

  test('a row that references another of its own table goes first, and that one next', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(`\
alter table events add parent bigint references events;
create index on events (parent);
update events set parent = id - 1 where id between 11 and 13`);
    const result = await retain(database, [eventsPolicy]);
    expect(result).toMatchObject({ outcome: 'succeeded', findings: [] });
    expect(result.metrics['deletedRows']).toBe(expiredOf3000);
  });

  test('what a cascade would delete is counted, on all levels, and refused unless allowed', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(`\
create table orders (id int primary key, event_id bigint references events on delete cascade);
create index on orders (event_id);
create table fills (order_id int references orders on delete cascade, note_id int);
create index on fills (order_id);
create table labels (event_id bigint references events on delete set null);
create index on labels (event_id);
insert into orders select i, i from generate_series(801, 1000) i;
insert into fills select 801 + i % 50, i from generate_series(1, 100) i;
insert into labels select i from generate_series(836, 1000) i`);
    const result = await refusedRun(database);
    expect(codes(result)).toEqual(Array(3).fill('high cascade-refused'));
    expect(result.findings.map(({ message }) => message).sort()).toEqual([
      'Deleting the expired rows of public.events would also change (set null) 5 rows of public.labels, by labels_event_id_fkey.',
      'Deleting the expired rows of public.events would also delete 40 rows of public.orders, by orders_event_id_fkey.',
      'Deleting the expired rows of public.events would also delete 80 rows of public.fills, by orders_event_id_fkey → fills_order_id_fkey.',
    ]);
    const allowed = await retain(database, [{ ...eventsPolicy, cascade: 'allow' }]);
    expect(allowed).toMatchObject({
      outcome: 'succeeded',
      metrics: { deletedRows: 840 },
    });
    expect(await count(database, 'select count(*) from orders')).toBe(160);
    expect(await count(database, 'select count(*) from fills')).toBe(20);
    expect(
      await count(database, 'select count(*) from labels where event_id is null'),
    ).toBe(5);
  });

  test('a cascade that would find nothing is nothing to refuse', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(`\
create table orders (id int primary key, event_id bigint references events on delete cascade);
create index on orders (event_id);
insert into orders select i, i from generate_series(841, 1000) i`);
    expect((await retain(database, [eventsPolicy])).outcome).toBe('succeeded');
    expect(await count(database, 'select count(*) from orders')).toBe(160);
  });

  test('a key that references one partition alone is seen as well', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table events (id int primary key, created_at timestamptz) partition by hash (id);
create table k0 partition of events for values with (modulus 2, remainder 0);
create table k1 partition of events for values with (modulus 2, remainder 1);
insert into events select i, now() - i * interval '1 day' from generate_series(1, 100) i;
create table fills (event_id int references k1 on delete cascade);
create index on fills (event_id);
insert into fills select id from k1`);
    const result = await refusedRun(database);
    expect(codes(result)).toContain('high cascade-refused');
    expect(await count(database, 'select count(*) > 0 from fills')).toBeTruthy();
  });

  test('keys are compared as the server compares them', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create extension citext;
create table events (id citext primary key, created_at timestamptz);
create index on events (created_at);
insert into events select 'Event ' || i, now() - i * interval '1 day' from generate_series(1, 100) i;
create table kept (event_id citext references events); create index on kept (event_id);
create table gone (event_id citext references events on delete cascade);
create index on gone (event_id);
insert into kept values ('EVENT 95'); insert into gone values ('event 96')`);
    const refused = await refusedRun(database);
    expect(refused.findings[0]?.message).toContain(
      'would also delete 1 rows of public.gone',
    );
    const result = await retain(database, [{ ...eventsPolicy, cascade: 'allow' }]);
    expect(result.steps[0]).toMatchObject({ status: 'done', after: { expiredRows: 1 } });
    expect(codes(result)).toEqual(['medium rows-left']);
  });

  test('rights, rules and row security are looked at where the rows lie', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table events (id int, created_at timestamptz) partition by hash (id);
create table k0 partition of events for values with (modulus 1, remainder 0);
insert into events select i, now() - i * interval '1 day' from generate_series(1, 100) i;
grant select, update, delete on events to clerk`);
    const denied = await refusedRun(database, eventsPolicy, { user: 'clerk' });
    expect(denied.findings[0]?.remedy).toBe(
      'Run: grant select, update, delete on public.k0 to "clerk"',
    );
    await database.query(`\
grant select, update, delete on k0 to clerk; alter table k0 enable row level security`);
    const hidden = await refusedRun(database, eventsPolicy, { user: 'clerk' });
    expect(hidden.findings[0]?.message).toContain('row security hides rows of public.k0');
  });

  test('triggers and conditions find what their authors mean', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(`\
create table audit (id bigint);
create function is_old(id bigint) returns bool language sql as 'select id <= 100';
create function note() returns trigger language plpgsql as $$
  begin insert into audit values (old.id); return old; end $$;
create trigger note before delete on events for each row execute function note()`);
    const result = await retain(database, [{ ...eventsPolicy, where: 'is_old(id)' }]);
    expect(result).toMatchObject({ outcome: 'succeeded', metrics: { deletedRows: 100 } });
    expect(await count(database, 'select count(*) from audit')).toBe(100);
  });

  test('nobody can put functions of his own in the place of those of the server', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(`\
create schema app;
create function app.before(timestamptz, timestamptz) returns bool language sql as 'select true';
create operator app.< (function = app.before, leftarg = timestamptz, rightarg = timestamptz);
create function public.format(text, name, name) returns text language sql as $$ select 'public.other' $$;
create table public.other (id int, created_at timestamptz);
alter database ${database.name} set search_path = app, pg_catalog, public`);
    const result = await retain(database, [eventsPolicy]);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      steps: [{ after: { expiredRows: 0, rows: 2160 } }],
    });
    expect(await count(database, 'select count(*) from public.events')).toBe(2160);
  });

  test('a role with odd settings, a name in quotes, a domain over a domain', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create domain moment as timestamptz; create domain later as moment;
create table events (id int, created_at later);
insert into events select i, now() - i * interval '1 day' from generate_series(1, 100) i`);
    for (const setting of [
      'default_transaction_read_only = on',
      'default_transaction_isolation = serializable',
      `statement_timeout = '1ms'`,
      `search_path = ''`,
    ]) {
      await database.query(`alter database ${database.name} set ${setting}`);
    }
    const result = await retain(database, [
      { ...eventsPolicy, table: '"public"."events"' },
    ]);
    expect(result).toMatchObject({ outcome: 'succeeded', metrics: { deletedRows: 11 } });
  });

  test('policies of tables that reference each other go in the order of the foreign keys', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`\
create table accounts (id int primary key, at timestamptz);
create table orders (id int primary key, account int references accounts, at timestamptz);
create table fills (id int primary key, "order" int references orders, at timestamptz);
create index on orders (account); create index on fills ("order");
insert into accounts select i, now() - interval '100 days' from generate_series(1, 10) i;
insert into orders select i, i, now() - interval '100 days' from generate_series(1, 10) i;
insert into fills select i, i, now() - interval '100 days' from generate_series(1, 10) i`);
    const policies = ['accounts', 'fills', 'orders'].map((name) => ({
      table: `public.${name}`,
      column: 'at',
      keep: '90 days',
      'max-share': '100%',
    }));
    const result = await retain(database, policies, { jobs: '3' });
    expect(result.steps.map(({ id, status }) => [id, status])).toEqual([
      ['public.fills', 'done'],
      ['public.orders', 'done'],
      ['public.accounts', 'done'],
    ]);
    expect(codes(result).every((code) => code === 'low unindexed-column')).toBe(true);
    expect(await count(database, 'select count(*) from accounts')).toBe(0);
  });

  test('triggers are named; rows that one keeps are said to be kept', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(`\
create function keep() returns trigger language plpgsql as $$
  begin if old.id <= 30 then return null; end if; return old; end $$;
create trigger keep_some before delete on events for each row execute function keep()`);
    const result = await retain(database, [eventsPolicy]);
    expect(codes(result)).toEqual(['medium rows-left', 'low trigger-fires']);
    expect(result.findings[0]?.message).toContain('30 were kept by a trigger');
    expect(result.findings[1]?.message).toBe(
      'Deleting from public.events fires the trigger keep_some.',
    );
    expect(result.steps[0]).toMatchObject({
      status: 'done',
      after: { expiredRows: 30 },
      metrics: { deletedRows: 810 },
    });
  });

  test('all rows of a time kept by a trigger end the walk all the same', async () => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query(`\
create function keep() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger keep before delete on events for each row execute function keep();
update events set created_at = '2020-01-01'`);
    await database.query('vacuum events');
    const policy = { ...eventsPolicy, 'max-share': '100%' };
    const result = await retain(database, [policy]);
    expect(result.steps[0]).toMatchObject({
      status: 'done',
      metrics: { deletedRows: 0 },
      after: { expiredRows: 3000 },
    });
  });

  test.each([
    'alter table events rename column note to told',
    'create table notes (event_id bigint references events on delete cascade)',
    'create trigger t before delete on events for each row execute function suppress_redundant_updates_trigger()',
    'drop table events',
  ])('a table that is another one by the time its turn comes: %s', async (sql) => {
    await using database = await cluster.createDatabase();
    await makeEvents(database);
    await database.query('create table audit as select created_at from events');
    const holder = await database.connect();
    // Read it may be, and so be planned; the first batch has to wait.
    await holder.query('begin; lock table audit in exclusive mode');
    let changed: Promise<unknown> = Promise.resolve();
    const policies = [{ ...eventsPolicy, table: 'public.audit' }, eventsPolicy];
    const result = await retain(
      database,
      policies,
      { jobs: '1' },
      {
        onLine(line) {
          if (!line.startsWith('begin: DELETE FROM public.audit')) return;
          changed = database.query(sql).then(() => holder.query('commit'));
        },
      },
    );
    await changed;
    expect(result.steps.map(({ id, status }) => [id, status])).toEqual([
      ['public.audit', 'done'],
      ['public.events', sql.includes('rename') ? 'done' : 'skipped'],
    ]);
    if (sql.includes('rename')) return;
    expect(result.steps[1]?.error).toMatch(
      /since the plan|are others than at the time of the plan/,
    );
  });
});
