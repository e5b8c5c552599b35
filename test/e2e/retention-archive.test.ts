import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Cluster, startCluster, type TestDatabase } from '../rig/postgres.ts';
import { actionEntry, runAction, startAction } from '../rig/runner.ts';
import type { S3 } from '../rig/s3.ts';
import { type S3Proxy, startS3Proxy } from '../rig/s3-proxy.ts';
import { useS3 } from '../rig/s3-suite.ts';
import { count, makeEvents, until } from '../tasks/retention/tables.ts';

const main = actionEntry('retention', 'main');

let s3: S3;
let proxy: S3Proxy;
let cluster: Cluster;
useS3(async (started, resources) => {
  s3 = started;
  proxy = resources.use(await startS3Proxy(s3));
  cluster = resources.use(await startCluster(15));
});

function given(database: TestDatabase, bucket: string) {
  const policy = {
    table: 'public.events',
    column: 'created_at',
    keep: '90 days',
    archive: `s3://${bucket}/old`,
  };
  const inputs = {
    'database-url': database.url(),
    policies: JSON.stringify([policy]),
    'dry-run': 'false',
    'batch-seconds': '0.01',
    pause: '0',
    'endpoint-url': proxy.endpointUrl,
    region: 'us-east-1',
  };
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = proxy.env;
  return { inputs, env: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } };
}

/** The ids of the rows in all objects that have a manifest. */
async function archivedIds(bucket: string): Promise<number[]> {
  const ids: number[] = [];
  for (const key of await s3.files(bucket)) {
    if (!key.endsWith('.manifest.json')) continue;
    const { object } = JSON.parse((await s3.read(bucket, key)).toString());
    const lines = gunzipSync(await s3.read(bucket, object))
      .toString()
      .trimEnd()
      .split('\n');
    ids.push(...lines.map((line) => Number(line.split('\t')[0])));
  }
  return ids.sort((a, b) => a - b);
}

const expired = Array.from({ length: 840 }, (_, i) => i + 1);

test('the built action archives what it deletes, and writes no secret', async () => {
  await using database = await cluster.createDatabase();
  await makeEvents(database);
  await s3.createBucket('whole');
  const { inputs, env } = given(database, 'whole');
  const run = await runAction(main, { inputs, env });
  expect(run).toMatchObject({
    code: 0,
    outputs: { outcome: 'succeeded' },
    result: { metrics: { deletedRows: 840, archivedRows: 840 } },
  });
  expect(await archivedIds('whole')).toEqual(expired);
  expect(await count(database, 'select count(*) from events')).toBe(2160);
  expect(run.output).toContain(`::add-mask::${env.AWS_SECRET_ACCESS_KEY}`);
  const unmasked = run.output.replace(/^::add-mask::.*$/gm, '');
  expect(unmasked + run.summary + JSON.stringify(run.outputs)).not.toContain(
    env.AWS_SECRET_ACCESS_KEY,
  );
});

test.each([
  ['as it writes an object', { method: 'PUT', path: /000003-.*copy\.gz/ }],
  ['as it reads one back', { method: 'GET', path: /000003-.*copy\.gz/ }],
  ['as it writes a manifest', { method: 'PUT', path: /000003-.*manifest/ }],
] as const)('killed %s, it leaves each row in one place', async (moment, match) => {
  await using database = await cluster.createDatabase();
  await makeEvents(database);
  const bucket = moment.replaceAll(' ', '-');
  await s3.createBucket(bucket);
  const { inputs, env } = given(database, bucket);
  await using action = startAction(main, { inputs, env });
  proxy.before(match, () => action.kill());
  await action.finished;
  await until(
    database,
    `not exists (select from pg_stat_activity
      where datname = current_database() and application_name like 'matchbook%')`,
  );
  const left = await count(database, 'select count(*) from events');
  expect(left).toBeLessThan(3000);
  expect(left).toBeGreaterThan(2160);
  const next = await runAction(main, { inputs, env });
  expect(next).toMatchObject({
    outputs: { outcome: 'succeeded' },
    result: { metrics: { deletedRows: left - 2160, archivedRows: left - 2160 } },
  });
  expect(await archivedIds(bucket)).toEqual(expired);
  const keys = await s3.files(bucket);
  expect(keys.filter((key) => key.includes('/pending/'))).toEqual([]);
  const objects = keys.filter((key) => key.endsWith('.copy.gz'));
  const manifests = keys.filter((key) => key.endsWith('.manifest.json'));
  expect(objects).toHaveLength(manifests.length);
});
