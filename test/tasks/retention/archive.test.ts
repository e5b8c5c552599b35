import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CancelRequested } from '../../../src/core/cancellation.ts';
import type { Session } from '../../../src/postgres/session.ts';
import { databaseIdentity } from '../../../src/tasks/retention/archive/open.ts';
import { type Cluster, startCluster, type TestDatabase } from '../../rig/postgres.ts';
import type { S3 } from '../../rig/s3.ts';
import { type S3Proxy, startS3Proxy } from '../../rig/s3-proxy.ts';
import { useS3 } from '../../rig/s3-suite.ts';
import { codes, count, eventsPolicy, makeEvents, retain } from './tables.ts';

let s3: S3;
let proxy: S3Proxy;
let cluster: Cluster;
useS3(async (started, resources) => {
  s3 = started;
  proxy = resources.use(await startS3Proxy(s3));
  cluster = resources.use(await startCluster(15));
});
afterEach(() => vi.unstubAllEnvs());

let buckets = 0;

/** A bucket of its own, with the environment that gets into it through the proxy. */
async function makeBucket(): Promise<string> {
  const bucket = `archive-${++buckets}`;
  await s3.createBucket(bucket);
  for (const [name, value] of Object.entries(proxy.env)) vi.stubEnv(name, value);
  return bucket;
}

const archived = (bucket: string) => ({
  ...eventsPolicy,
  archive: `s3://${bucket}/old/`,
});
const inBatches = { 'batch-seconds': '0.01' };

interface Manifest {
  readonly object: string;
  readonly rows: number;
  readonly sha256: string;
  readonly columns: readonly { name: string; type: string }[];
}

async function manifests(bucket: string): Promise<Manifest[]> {
  const keys = (await s3.files(bucket)).filter((key) => key.endsWith('.manifest.json'));
  return Promise.all(
    keys.map(async (key) => JSON.parse((await s3.read(bucket, key)).toString())),
  );
}

/** Copies all that is archived into a table, and says how many rows came back. */
async function bringBack(
  database: TestDatabase,
  bucket: string,
  into: string,
): Promise<void> {
  await database.query(`create table ${into} (like events)`);
  for (const { object, rows, sha256, columns } of await manifests(bucket)) {
    const text = gunzipSync(await s3.read(bucket, object));
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
    const lines = text.toString().split('\n').slice(0, -1);
    expect(lines).toHaveLength(rows);
    const names = columns.map(({ name }) => name).join(', ');
    const values = lines.map((line) =>
      line.split('\t').map((one) => (one === '\\N' ? null : one)),
    );
    for (const row of values) {
      const places = row.map((_, index) => `$${index + 1}`).join(', ');
      await database.query(`insert into ${into} (${names}) values (${places})`, row);
    }
  }
}

/** Every row of before is either still there or in the archive, and none is in both. */
async function expectNothingLost(database: TestDatabase, bucket: string): Promise<void> {
  await bringBack(database, bucket, 'restored');
  const missing =
    'select * from original except (select * from events union all select * from restored)';
  expect(await count(database, `select count(*) from (${missing}) m`)).toBe(0);
  const both = '(select id from events intersect select id from restored)';
  expect(await count(database, `select count(*) from ${both} b`)).toBe(0);
  const all = '(select count(*) from events) + (select count(*) from restored)';
  expect(await count(database, `select ${all}`)).toBe(3000);
}

async function makeOriginal(database: TestDatabase): Promise<void> {
  await makeEvents(database);
  await database.query('create table original as select * from events');
}

test('rows are archived, read back, and only then deleted', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  const result = await retain(database, [archived(bucket)], inBatches);
  expect(result).toMatchObject({
    outcome: 'succeeded',
    findings: [],
    metrics: { deletedRows: 840, archivedRows: 840 },
    message: 'Deleted 840 rows of public.events; 840 of them were archived.',
  });
  const all = await manifests(bucket);
  expect(all.length).toBe(result.steps[0]?.metrics['batches']);
  expect(all[0]).toMatchObject({
    schema: 1,
    table: 'public.events',
    columns: [
      { name: 'id', type: 'bigint' },
      { name: 'created_at', type: 'timestamp with time zone' },
      { name: 'kind', type: 'text' },
      { name: 'note', type: 'text' },
    ],
    cutoff: result.steps[0]?.before?.['cutoff'],
    where: null,
  });
  const keys = await s3.files(bucket);
  expect(keys.every((key) => key.startsWith('old/public.events/'))).toBe(true);
  expect(keys.filter((key) => key.includes('/pending/'))).toEqual([]);
  await expectNothingLost(database, bucket);
});

test('what is odd in a row is what comes back', async () => {
  await using database = await cluster.createDatabase();
  await database.query(`\
create table events (note text, created_at timestamptz, more text generated always as (note || '!') stored);
insert into events (note, created_at) values (E'tab\\there', '2020-01-01'), (E'line\\nbreak', '2020-01-02'),
  (E'back\\\\slash', '2020-01-03'), (null, '2020-01-04'), ('', '2020-01-05'), ('\\N', '2020-01-06'),
  ('żółć \\.', '-infinity')`);
  const bucket = await makeBucket();
  const policy = { ...archived(bucket), 'max-share': '100%' };
  const result = await retain(database, [policy]);
  expect(result).toMatchObject({ outcome: 'succeeded', metrics: { archivedRows: 7 } });
  const [manifest] = await manifests(bucket);
  expect(manifest?.columns.map(({ name }) => name)).toEqual(['note', 'created_at']);
  const text = gunzipSync(await s3.read(bucket, manifest?.object ?? '')).toString();
  expect(
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t')[0]),
  ).toEqual([
    'tab\\there',
    'line\\nbreak',
    'back\\\\slash',
    '\\N',
    '',
    '\\\\N',
    'żółć \\\\.',
  ]);
});

test('an object that does not come back as it was written: nothing of it is deleted', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  const gets = { method: 'GET', path: /\.copy\.gz/ } as const;
  proxy.before(gets, async () => {
    const [key = ''] = (await s3.files(bucket)).filter((one) => one.endsWith('.copy.gz'));
    // As if the store had kept something else, with a checksum that fits.
    const lines = gunzipSync(await s3.read(bucket, key))
      .toString()
      .split('\n');
    await s3.remove(bucket, key);
    await s3.write(bucket, key, gzipSync(lines.slice(1).join('\n')));
  });
  const result = await retain(database, [archived(bucket)]);
  expect(result).toMatchObject({
    outcome: 'failed',
    metrics: { deletedRows: 0, archivedRows: 0 },
  });
  expect(codes(result)).toContain('high archive-failed');
  expect(result.steps[0]?.error).toMatch(
    /^archiving failed, and the rows were left where they are: .* has \d+ rows after \d+ were written/,
  );
  expect(await count(database, 'select count(*) from events')).toBe(3000);
  expect(await s3.files(bucket)).toEqual([]);
  await retain(database, [archived(bucket)]);
  await expectNothingLost(database, bucket);
});

test.each([
  ['corrupt', /archive-failed/],
  ['unavailable', /^$/],
] as const)('a store that is %s for a moment', async (fault, expected) => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  const match = fault === 'corrupt' ? ({ method: 'GET', path: /copy\.gz/ } as const) : {};
  proxy.fail(match, fault, 1);
  const result = await retain(database, [archived(bucket)]);
  expect(codes(result).join()).toMatch(expected);
  await retain(database, [archived(bucket)]);
  await expectNothingLost(database, bucket);
});

test('no bucket, no rights: nothing is deleted, and the message says what to grant', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  // Looked for when the plan is made, also in a dry run.
  const none = await retain(database, [archived('no-such-bucket')], {
    'dry-run': 'true',
  });
  expect(none).toMatchObject({ outcome: 'attention', steps: [{ status: 'skipped' }] });
  expect(codes(none)).toEqual(['high archive-failed']);
  expect(none.findings[0]?.message).toMatch(
    /s3:\/\/no-such-bucket\/old\/ cannot be used: .*bucket/,
  );
  const env = await s3.createUser(bucket, ['s3:ListBucket', 's3:GetObject']);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const denied = await retain(database, [archived(bucket)]);
  expect(denied).toMatchObject({ outcome: 'failed', metrics: { deletedRows: 0 } });
  expect(denied.steps[0]?.error).toContain('s3:PutObject');
  expect(await count(database, 'select count(*) from events')).toBe(3000);
});

test('rows that are locked or changed meanwhile are neither archived nor deleted', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  const holder = await database.connect();
  await holder.query('begin; select from events where id <= 10 for update');
  const other = await database.connect();
  proxy.before({ method: 'GET', path: /copy\.gz/ }, () =>
    other.query(`update events set note = 'changed' where id = 20`),
  );
  const result = await retain(database, [archived(bucket)]);
  await holder.query('rollback');
  expect(result).toMatchObject({
    outcome: 'succeeded',
    steps: [{ after: { expiredRows: 10 } }],
    metrics: { deletedRows: 830, archivedRows: 830 },
  });
  expect(codes(result)).toContain('medium rows-left');
  await database.query(`update original set note = 'changed' where id = 20`);
  await expectNothingLost(database, bucket);
});

test('rows that a trigger keeps are an error, and nothing of their batch is lost', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  await database.query(`\
create function keep() returns trigger language plpgsql as $$
  begin if old.id = 5 then return null; end if; return old; end $$;
create trigger keep before delete on events for each row execute function keep()`);
  const bucket = await makeBucket();
  const result = await retain(database, [archived(bucket)]);
  expect(result.outcome).toBe('failed');
  expect(result.steps[0]?.error).toContain(
    'does a trigger keep them? Nothing was deleted',
  );
  await expectNothingLost(database, bucket);
});

test('two policies and two databases may share a place', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  await using other = await cluster.createDatabase();
  await makeOriginal(other);
  const bucket = await makeBucket();
  const policies = [0, 1, 2, 3].map((kind) => ({
    ...archived(bucket),
    where: `kind = 'k${kind}'`,
  }));
  let between: Promise<unknown> | null = null;
  proxy.before({ method: 'GET', path: /copy\.gz/ }, () => {
    between = retain(other, [archived(bucket)], inBatches);
    return between;
  });
  const result = await retain(database, policies, inBatches);
  expect(result).toMatchObject({ outcome: 'succeeded', metrics: { archivedRows: 840 } });
  await between;
  const all = await manifests(bucket);
  expect(all.reduce((sum, { rows }) => sum + rows, 0)).toBe(1680);
  for (const { object, sha256 } of all) {
    const text = gunzipSync(await s3.read(bucket, object));
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
  }
});

test('a table that is rewritten meanwhile is archived anew', async () => {
  await using database = await cluster.createDatabase();
  await database.query('create extension if not exists pageinspect');
  await makeOriginal(database);
  // All rows were made by one transaction: moved about, they look like each other.
  await database.query('create index by_note on events (note desc)');
  const bucket = await makeBucket();
  const other = await database.connect();
  proxy.before({ method: 'GET', path: /copy\.gz/ }, () =>
    other.query('cluster events using by_note'),
  );
  const result = await retain(database, [archived(bucket)], inBatches);
  expect(result.outcome).toBe('succeeded');
  await expectNothingLost(database, bucket);
});

test('a commit of which no answer came is settled by the next run', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  const admin = await cluster.connect();
  const setStandby = async (name: string) => {
    await admin.query(`alter system set synchronous_standby_names = '${name}'`);
    await admin.query('select pg_reload_conf()');
  };
  await setStandby('nobody');
  const running = retain(database, [archived(bucket)], inBatches);
  // It is committed here, and waits for a standby that never comes.
  const waiting = `datname = current_database() and wait_event = 'SyncRep'`;
  const observer = await database.connect();
  await observer.query(`set synchronous_commit = 'local'`);
  while (
    (await observer.query(`select from pg_stat_activity where ${waiting}`)).rows
      .length === 0
  );
  await observer.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where ${waiting}`,
  );
  const killed = await running;
  await setStandby('');
  expect(killed.steps[0]).toMatchObject({ status: 'failed' });
  expect(killed.steps[0]?.error).toContain(
    'whether the transaction was committed is not known',
  );
  await retain(database, [archived(bucket)], inBatches);
  await expectNothingLost(database, bucket);
});

test('a note that the store takes in far too late takes nothing away', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  let letIn = () => {};
  const late = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  // That of the transaction: the run gives it up, and takes another one.
  proxy.before({ method: 'PUT', path: /pending\/.*-\d+\.json/ }, () => late);
  const result = await retain(database, [archived(bucket)], inBatches);
  expect(result).toMatchObject({ outcome: 'succeeded', metrics: { archivedRows: 840 } });
  const before = (await s3.files(bucket)).length;
  letIn();
  while ((await s3.files(bucket)).length === before);
  expect((await retain(database, [archived(bucket)], inBatches)).findings).toEqual([]);
  expect((await s3.files(bucket)).length).toBe(before);
  await expectNothingLost(database, bucket);
});

test('a row that changes all the time is passed over in the end', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  const other = await database.connect();
  const change = async () => {
    await other.query(`update events set note = note || '!' where id = 5`);
    proxy.before({ method: 'GET', path: /copy\.gz/ }, change);
  };
  proxy.before({ method: 'GET', path: /copy\.gz/ }, change);
  const result = await retain(database, [archived(bucket)]);
  proxy.clear();
  expect(result.steps[0]?.status).toBe('done');
  expect(codes(result)).toContain('medium rows-left');
});

test('what an earlier run could not write is written, though nothing has expired', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  proxy.fail({ method: 'PUT', path: /manifest/ }, 'unavailable', 100);
  const result = await retain(database, [archived(bucket)]);
  proxy.clear();
  expect(result).toMatchObject({ metrics: { deletedRows: 840, archivedRows: 840 } });
  expect(codes(result)).toContain('medium archive-failed');
  const next = await retain(database, [archived(bucket)]);
  expect(next).toMatchObject({ outcome: 'succeeded', findings: [] });
  await expectNothingLost(database, bucket);
});

describe('a run that is killed', () => {
  /**
   * Breaks a run off at a request, as a kill does: the session is ended on the server, and
   * nothing that the run would clean up reaches the store.
   */
  async function killAt(
    database: TestDatabase,
    bucket: string,
    when: 'before' | 'after',
    match: { method: 'PUT' | 'GET' | 'DELETE'; path: RegExp },
  ) {
    proxy[when](match, async () => {
      proxy.fail({ path: new RegExp(`/${bucket}`) }, 'unavailable', 60);
      await database.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like 'matchbook%'`);
    });
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    const result = await retain(database, [archived(bucket)], inBatches);
    vi.stubEnv('AWS_MAX_ATTEMPTS', '3');
    proxy.clear();
    return result;
  }

  test.each([
    ['before an object is written', 'before', { method: 'PUT', path: /copy\.gz/ }],
    ['after an object was written', 'after', { method: 'PUT', path: /copy\.gz/ }],
    ['after it was read back', 'after', { method: 'GET', path: /copy\.gz/ }],
    ['as it notes its transaction', 'before', { method: 'PUT', path: /pending/ }],
    [
      'before it writes the manifest of what is deleted',
      'before',
      { method: 'PUT', path: /manifest/ },
    ],
    ['before it removes its note', 'before', { method: 'DELETE', path: /pending/ }],
  ] as const)(
    '%s leaves nothing in both places, and nothing in none',
    async (_, when, match) => {
      await using database = await cluster.createDatabase();
      await makeOriginal(database);
      const bucket = await makeBucket();
      const killed = await killAt(database, bucket, when, match);
      expect(killed.outcome).toBe('failed');
      const left = await count(database, 'select count(*) from events');
      const result = await retain(database, [archived(bucket)], inBatches);
      expect(result).toMatchObject({ outcome: 'succeeded', findings: [] });
      expect(result.metrics['deletedRows']).toBe(left - 2160);
      await expectNothingLost(database, bucket);
      const keys = await s3.files(bucket);
      expect(keys.filter((key) => key.includes('/pending/'))).toEqual([]);
      // Each object has its manifest: nothing lies about that nobody knows of.
      expect(keys.filter((key) => key.endsWith('.gz'))).toHaveLength(
        (await manifests(bucket)).length,
      );
    },
  );

  test('what can no longer be told is left alone and said', async () => {
    await using database = await cluster.createDatabase();
    await makeOriginal(database);
    const bucket = await makeBucket();
    const query = async (sql: string) => (await database.query(sql)).rows;
    const identity = await databaseIdentity({ query } as Pick<Session, 'query'>);
    const pending = `old/public.events/pending/${identity}`;
    const note = {
      schema: 1,
      table: 'public.events',
      manifests: [],
      keyPrefix: 'old/public.events/x-',
    };
    const inFuture = JSON.stringify({ ...note, transaction: '99999999999' });
    await s3.write(bucket, `${pending}/a.json`, inFuture);
    await s3.write(bucket, `${pending}/b.json`, 'nonsense');
    // That of another database is for its own runs.
    const begun = JSON.stringify({ ...note, transaction: null });
    await s3.write(bucket, 'old/public.events/pending/7-1-5/c.json', begun);
    await s3.write(bucket, 'old/public.events/x-1.copy.gz', 'rows');
    const result = await retain(database, [archived(bucket)]);
    expect(codes(result)).toEqual(['high archive-unsettled', 'high archive-unsettled']);
    expect(await s3.files(bucket)).toEqual(
      expect.arrayContaining([
        `${pending}/a.json`,
        `${pending}/b.json`,
        'old/public.events/pending/7-1-5/c.json',
        'old/public.events/x-1.copy.gz',
      ]),
    );
  });
});

test('cancelled while it archives, it takes back what it had begun', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  const controller = new AbortController();
  proxy.after({ method: 'PUT', path: /copy\.gz/ }, () =>
    controller.abort(new CancelRequested('SIGINT')),
  );
  const result = await retain(database, [archived(bucket)], inBatches, {
    signal: controller.signal,
  });
  expect(result).toMatchObject({ outcome: 'cancelled', metrics: { archivedRows: 0 } });
  await retain(database, [archived(bucket)], inBatches);
  await expectNothingLost(database, bucket);
});

describe('a partition', () => {
  async function makePartitions(database: TestDatabase): Promise<void> {
    await database.query(`\
create table events (id int, created_at timestamptz, note text) partition by range (created_at);
create table y19 partition of events for values from ('2019-01-01') to ('2020-01-01');
create table now partition of events for values from ('2020-01-01') to (maxvalue);
insert into events select i, '2019-05-05', 'note ' || i from generate_series(1, 1000) i;
insert into events select i, now(), 'note ' || i from generate_series(1001, 3000) i;
create table original as select * from events`);
  }

  test('is archived as a whole before it is dropped', async () => {
    await using database = await cluster.createDatabase();
    await makePartitions(database);
    const bucket = await makeBucket();
    const result = await retain(database, [archived(bucket)], inBatches);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      metrics: { deletedRows: 1000, archivedRows: 1000 },
    });
    expect(await count(database, `select (to_regclass('y19') is not null)::int`)).toBe(0);
    await expectNothingLost(database, bucket);
  });

  test('that is rewritten between two ranges stays, and is archived anew', async () => {
    await using database = await cluster.createDatabase();
    await makePartitions(database);
    await database.query('create index by_note on y19 (note desc)');
    const bucket = await makeBucket();
    const other = await database.connect();
    proxy.before({ method: 'PUT', path: /-0001\.copy\.gz/ }, () =>
      other.query('cluster y19 using by_note'),
    );
    const result = await retain(database, [archived(bucket)]);
    expect(result.steps[0]?.error).toContain('was written to while it was archived');
    expect((await retain(database, [archived(bucket)])).outcome).toBe('succeeded');
    await expectNothingLost(database, bucket);
  });

  test.each([
    `insert into events values (5000, '2019-06-06', 'late')`,
    `update events set note = 'changed' where id = 7`,
    'delete from events where id = 7',
  ])('that is written to meanwhile stays, and is archived anew: %s', async (sql) => {
    await using database = await cluster.createDatabase();
    await makePartitions(database);
    const bucket = await makeBucket();
    const other = await database.connect();
    // The last range of the partition has just been read.
    proxy.before({ method: 'PUT', path: /-0002\.copy\.gz/ }, () => other.query(sql));
    const result = await retain(database, [archived(bucket)]);
    expect(result).toMatchObject({
      outcome: 'attention',
      steps: [{ status: 'cancelled' }],
    });
    expect(result.steps[0]?.error).toContain(
      'public.y19 was written to while it was archived',
    );
    expect(await s3.files(bucket)).toEqual([]);
    await database.query(
      'drop table original; create table original as select * from events',
    );
    const next = await retain(database, [archived(bucket)]);
    expect(next.outcome).toBe('succeeded');
    await bringBack(database, bucket, 'restored');
    const missing =
      'select * from original except (select * from events union all select * from restored)';
    expect(await count(database, `select count(*) from (${missing}) m`)).toBe(0);
  });
});
