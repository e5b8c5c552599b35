import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { actionEntry, runAction } from '../rig/runner.ts';
import type { S3, S3Environment } from '../rig/s3.ts';
import { type S3Proxy, startS3Proxy } from '../rig/s3-proxy.ts';
import { useS3 } from '../rig/s3-suite.ts';

const main = actionEntry('backup-restore-test', 'main');
const fixture = new URL('../pg-dump/fixtures/1.16-gzip.dump', import.meta.url);

let s3: S3;
let proxy: S3Proxy;
let dump: Buffer;
useS3(async (started, resources) => {
  s3 = started;
  proxy = resources.use(await startS3Proxy(s3));
  dump = await readFile(fixture);
});

async function makeBucket(name: string, { versions = false } = {}): Promise<string> {
  await s3.createBucket(name, { versions });
  return `s3://${name}/postgres/`;
}

/** The archive is decoded, without a server: what is tested here is how it comes. */
async function run(
  source: string,
  inputs: Record<string, string> = {},
  env: S3Environment = proxy.env,
) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = env;
  return await runAction(main, {
    inputs: {
      source,
      depth: 'archive',
      // It was made once and for all, and is older each day.
      'max-age': '100000 days',
      'endpoint-url': proxy.endpointUrl,
      region: 'us-east-1',
      ...inputs,
    },
    env: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY },
  });
}

function codesOf({ result }: Awaited<ReturnType<typeof run>>): string[] {
  return (result as { findings: { code: string }[] }).findings.map(({ code }) => code);
}

const key = 'postgres/matchbook.dump';

test('a backup with a checksum is fetched, proved and decoded; no secret is written', async () => {
  const source = await makeBucket('proved', { versions: true });
  await s3.write('proved', key, dump, 'CRC64NVME');
  const ran = await run(source);
  expect(ran).toMatchObject({
    code: 0,
    outputs: { verdict: 'verified' },
    result: { metrics: { archiveBytes: dump.length } },
  });
  expect(codesOf(ran)).not.toContain('checksum-absent');
  expect(ran.summary).toContain('checksum of the store (of the whole) verified');
  const unmasked = ran.output.replace(/^::add-mask::.*$/gm, '');
  expect(unmasked + ran.summary + JSON.stringify(ran.outputs)).not.toContain(
    proxy.env.AWS_SECRET_ACCESS_KEY,
  );
});

test('a bit that turned over in the store is found by its checksum', async () => {
  const source = await makeBucket('turned');
  await s3.write('turned', key, dump, 'SHA256');
  const harmed = Buffer.from(dump);
  const middle = Math.floor(harmed.length * 0.8);
  harmed[middle] = (harmed[middle] ?? 0) ^ 1;
  await writeFile(s3.file('turned', key), harmed);
  const ran = await run(source);
  expect(ran).toMatchObject({ code: 1, outputs: { verdict: 'failed' } });
  expect(codesOf(ran)).toContain('checksum-mismatch');
});

test('a backup without a checksum is tested, and that is said', async () => {
  const source = await makeBucket('bare');
  // It makes the folder; what is put into that behind the gateway's back has no checksum.
  await s3.write('bare', 'postgres/notes.json', '{}');
  await writeFile(s3.file('bare', key), dump);
  const ran = await run(source);
  expect(ran).toMatchObject({ code: 0, outputs: { verdict: 'verified' } });
  expect(codesOf(ran)).toContain('checksum-absent');
});

test('a connection that breaks is taken up where it broke', async () => {
  const source = await makeBucket('broken');
  await s3.write('broken', key, dump, 'CRC32');
  await run(source, { depth: 'series' });
  proxy.fail(
    { method: 'GET', path: /matchbook\.dump/, range: /^bytes=0-/ },
    'truncate',
    2,
  );
  const ran = await run(source);
  expect(ran).toMatchObject({ code: 0, outputs: { verdict: 'verified' } });
});

test('the audit of 31 days takes one list, and two reads a backup', async () => {
  const source = await makeBucket('month');
  for (let day = 1; day <= 31; day++) {
    const name = `postgres/backup_202610${String(day).padStart(2, '0')}.dump`;
    await s3.write('month', name, dump);
  }
  const before = proxy.requests.length;
  await run(source, { depth: 'series' });
  expect(proxy.requests.length - before).toBeLessThanOrEqual(1 + 2 * 31);
});

test.each([
  ['no such bucket', 's3://nowhere-at-all/postgres/', /no bucket nowhere-at-all/],
  ['an empty prefix', 's3://empty-prefix/nothing/', /no object under s3:.*nothing/],
])('%s is not verified', async (_, source, message) => {
  if (source.includes('empty-prefix')) await s3.createBucket('empty-prefix');
  const ran = await run(source);
  expect(ran).toMatchObject({
    code: 1,
    outputs: { outcome: 'blocked', verdict: 'not-verified' },
  });
  expect(ran.output).toMatch(message);
});

test('without the right to read, the right that is missing is named', async () => {
  const source = await makeBucket('forbidden');
  await s3.write('forbidden', key, dump);
  const user = await s3.createUser('forbidden', ['s3:ListBucket']);
  const ran = await run(source, {}, user);
  expect(ran).toMatchObject({
    code: 1,
    outputs: { outcome: 'blocked', reason: 'permission-denied', verdict: 'not-verified' },
  });
  expect(ran.output).toContain('s3:GetObject');
});
