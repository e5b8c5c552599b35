import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CancelRequested } from '../../src/core/cancellation.ts';
import type { Session } from '../../src/postgres/session.ts';
import { databaseIdentity } from '../../src/tasks/retention/archive/open.ts';
import { type Cluster, startCluster, type TestDatabase } from '../rig/postgres.ts';
import type { S3 } from '../rig/s3.ts';
import { type S3Proxy, startS3Proxy } from '../rig/s3-proxy.ts';
import { useS3 } from '../rig/s3-suite.ts';
import { codes, count, eventsPolicy, makeEvents, retain } from '../tasks/retention/tables.ts';

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


const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
for (const kill of [false, true]) {
test('A late note, kill=' + kill, async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  const go = Promise.withResolvers<void>();
  proxy.before({ method: 'PUT', path: /pending/ }, () => {
    proxy.before({ method: 'PUT', path: /pending/ }, async () => { await go.promise; });
    if (kill) proxy.fail({ method: 'PUT', path: /manifest/ }, 'unavailable', 1000);
  });
  const result = await retain(database, [archived(bucket)]);
  console.log('A', kill, result.outcome, JSON.stringify(result.metrics));
  go.resolve();
  await sleep(1000);
  proxy.clear();
  await database.query(`insert into events (created_at) values ('2020-01-01')`);
  const again = await retain(database, [archived(bucket)]);
  console.log('A again', again.outcome, JSON.stringify(again.metrics), (await s3.files(bucket)).map((k) => k.slice(-30)));
  await bringBack(database, bucket, 'restored');
  console.log('A LOST', await count(database, 'select count(*) from original where id not in (select id from events union all select id from restored)'));
}, 60000);
}

test('M hot row', async () => {
  await using database = await cluster.createDatabase();
  await makeOriginal(database);
  const bucket = await makeBucket();
  const other = await database.connect();
  const again = () => { proxy.before({ method: 'GET', path: /copy\.gz/ }, async () => { again(); await other.query(`update events set note = 'x' where id = 5`); }); };
  again();
  const from = proxy.requests.length;
  const t = Date.now();
  const result = await retain(database, [archived(bucket)], { deadline: '12s' }).catch((e) => e);
  proxy.clear();
  console.log('M', Date.now() - t, result.outcome, JSON.stringify(result.metrics), result.steps?.[0]?.error, 'puts', proxy.requests.slice(from).filter((r) => r.method === 'PUT' && /copy.gz/.test(r.path)).length);
}, 90000);

test('J regclass', async () => {
  await using database = await cluster.createDatabase();
  await database.query(`create schema app; create table app.audited (id int);
create table public.audited (id int);
create table events (id int, created_at timestamptz, tab regclass);
insert into events select i, now() - interval '200 days', 'app.audited' from generate_series(1,3) i;
insert into events select i, now(), 'app.audited' from generate_series(1,30) i; `);
  await database.query(`do $$ begin execute format('alter database %I set search_path = app, public', current_database()); end $$`);
  const bucket = await makeBucket();
  await retain(database, [archived(bucket)]);
  const [m] = await manifests(bucket);
  console.log('J', gunzipSync(await s3.read(bucket, m?.object ?? '')).toString());
}, 60000);

test('G changed partition stops the others', async () => {
  await using database = await cluster.createDatabase();
  await database.query(`create table events (id int, created_at timestamptz) partition by range (created_at);
create table e1 partition of events for values from ('2020-01-01') to ('2020-02-01');
create table e2 partition of events for values from ('2020-02-01') to ('2020-03-01');
create table e3 partition of events for values from ('2020-03-01') to ('2020-04-01');
create table e9 partition of events for values from ('2020-04-01') to ('2099-04-01');
insert into events select 1, '2020-01-02'; insert into events select 1, '2020-02-02'; insert into events select 1, '2020-03-02'; insert into events select 2, now() from generate_series(1, 20);`);
  const bucket = await makeBucket();
  const other = await database.connect();
  proxy.before({ method: 'GET', path: /copy\.gz/ }, () => other.query(`insert into events values (7, '2020-01-03')`));
  const result = await retain(database, [archived(bucket)]);
  console.log('G', result.outcome, JSON.stringify(result.metrics), result.steps[0]?.error);
}, 60000);
