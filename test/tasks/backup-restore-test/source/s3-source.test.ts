import { expect, test } from 'vitest';
import { ObjectStore } from '../../../../src/s3/object-store.ts';
import { auditSeries } from '../../../../src/tasks/backup-restore-test/series/audit.ts';
import { S3Source } from '../../../../src/tasks/backup-restore-test/source/s3-source.ts';
import { NoBackups } from '../../../../src/tasks/backup-restore-test/source/source.ts';
import type { S3, S3Environment } from '../../../rig/s3.ts';
import { startS3Proxy } from '../../../rig/s3-proxy.ts';
import { useS3 } from '../../../rig/s3-suite.ts';
import { archiveBytes } from '../series/archive-bytes.ts';

const { signal } = new AbortController();

let s3: S3;
useS3(async (started) => {
  s3 = started;
  await s3.createBucket('backups');
  await s3.createBucket('empty');
});

function openSource(prefix: string, bucket = 'backups', env: S3Environment = s3.env) {
  const place = { bucket, endpointUrl: null, region: null };
  return new S3Source(ObjectStore.open({ ...place, env }), prefix);
}

async function put(key: string, body: Uint8Array): Promise<void> {
  await using source = openSource('');
  await source.store.put(key, body, { contentType: 'application/octet-stream' });
}

test('an audit takes one listing and two reads of each backup', async () => {
  const keys = [1, 2, 3].map((day) => `audit/backup_2026110${day}.dump`);
  await Promise.all(
    keys.map((key, index) => {
      const createdAt = new Date(Date.UTC(2026, 10, index + 1, 2));
      return put(key, archiveBytes({ createdAt }));
    }),
  );
  await put('audit/folder/', new Uint8Array());
  await using proxy = await startS3Proxy(s3);
  await using source = openSource('audit/', 'backups', proxy.env);
  const day = 86_400_000;
  const options = {
    scheduleMs: day,
    maxAgeMs: day,
    expectDatabase: null,
    now: new Date('2026-11-03T04:00:00Z'),
    encrypted: false,
  };
  const { backups, database, ignored } = await auditSeries(source, options, signal);
  expect(backups.map(({ backup }) => backup.key)).toEqual(keys);
  expect(backups.map(({ tail }) => tail)).toEqual(['whole', 'whole', 'whole']);
  expect(backups[0]?.backup.etag).toMatch(/\w/);
  expect({ database, ignored, place: source.place }).toEqual({
    database: 'matchbook',
    ignored: [],
    place: 's3://backups/audit/',
  });
  expect(proxy.requests).toHaveLength(7);
});

test('an object that was replaced since it was listed is not read', async () => {
  await put('replaced/b.dump', Buffer.from('first'));
  await using source = openSource('replaced/');
  const [backup] = await source.list(signal);
  if (!backup) throw new Error('no backup');
  const bytes = source.bytes(backup);
  expect(String(await bytes.read(1, 3, signal))).toBe('irs');
  await put('replaced/b.dump', Buffer.from('other'));
  await expect(bytes.read(1, 3, signal)).rejects.toMatchObject({ code: 'changed' });
});

test.each([
  [
    'hints/dumps/',
    /^There is no object under s3:\/\/backups\/hints\/dumps\/\. One level up there are objects in s3:\/\/backups\/hints\/, s3:\/\/backups\/hints\/postgres\/\. Give the prefix/,
  ],
  [
    'hints/b.dump/',
    /\. s3:\/\/backups\/hints\/b\.dump is an object: give s3:\/\/backups\/hints\/ as the source, and b\.dump as the backup\.$/,
  ],
  [
    'nothing/here/',
    /^There is no object under s3:\/\/backups\/nothing\/here\/\. Give the prefix that the backup job uploads to\.$/,
  ],
])('no object under %s', async (prefix, message) => {
  await put('hints/b.dump', Buffer.from('x'));
  await put('hints/postgres/b.dump', Buffer.from('x'));
  await using source = openSource(prefix);
  const listed = source.list(signal);
  await expect(listed).rejects.toThrow(NoBackups);
  await expect(listed).rejects.toThrow(message);
});

test('an empty bucket, and one that may not be listed', async () => {
  await using source = openSource('', 'empty');
  await expect(source.list(signal)).rejects.toThrow(
    /^There is no object under s3:\/\/empty\/\. Give/,
  );
  const env = await s3.createUser('empty', ['s3:GetObject']);
  await using refused = openSource('', 'empty', env);
  await expect(refused.list(signal)).rejects.toMatchObject({ code: 'access-denied' });
});
