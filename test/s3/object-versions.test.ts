import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { checksumAlgorithms } from '../../src/s3/checksums.ts';
import type { S3 } from '../rig/s3.ts';
import { startS3Proxy } from '../rig/s3-proxy.ts';
import { useS3 } from '../rig/s3-suite.ts';
import { openStore } from './open-store.ts';

const partBytes = 5 * 1024 ** 2;
const body = randomBytes(2 * partBytes + 1_000);

let s3: S3;
useS3(async (started) => {
  s3 = started;
  await s3.createBucket('archive');
  await s3.createBucket('versions', { versions: true });
});

describe('the state of an object', () => {
  test('has what the list has too', async () => {
    await using store = openStore(s3.env);
    const lastModified = new Date('2026-02-28T03:00:00Z');
    await s3.write('archive', 'state/one', 'four');
    await s3.touch('archive', 'state/one', lastModified);
    const [listed] = await store.list('state/');
    expect(await store.head('state/one')).toMatchObject({
      key: 'state/one',
      sizeBytes: 4,
      lastModified,
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      versionId: null,
      storageClass: null,
    });
    expect(listed?.etag).toBe((await store.head('state/one')).etag);
    expect(listed?.lastModified).toEqual(lastModified);
  });

  test.each(checksumAlgorithms)('has a checksum by %s', async (algorithm) => {
    await using store = openStore(s3.env);
    await s3.write('archive', `checksum/${algorithm}`, 'x', algorithm);
    expect((await store.head(`checksum/${algorithm}`)).checksum).toEqual({
      algorithm,
      value: expect.stringMatching(/^[\w+/]+=*$/),
      isComposite: false,
      partSizes: null,
    });
  });

  test('has no checksum where none is kept', async () => {
    await using store = openStore(s3.env);
    await fs.writeFile(s3.file('archive', 'placed'), 'x');
    expect((await store.head('placed')).checksum).toBeNull();
  });

  test.each([
    ['CRC32', partBytes, [partBytes, partBytes, 1_000]],
    ['SHA256', [2 * partBytes, 1_000], [2 * partBytes, 1_000]],
    ['SHA256', body.length, [body.length]],
    [
      'CRC32',
      [partBytes + 500, partBytes - 500 + 1_000],
      [partBytes + 500, partBytes + 500],
    ],
    ['CRC32C', [partBytes, partBytes + 500, 500], null],
  ] as const)('by %s of parts of %j has their sizes', async (algorithm, sizes, told) => {
    await using store = openStore(s3.env);
    const upload = { partBytes: sizes, algorithm, type: 'COMPOSITE' } as const;
    await s3.writeInParts('archive', 'parts', body, upload);
    expect((await store.head('parts')).checksum).toEqual({
      algorithm,
      value: expect.stringMatching(/^[\w+/]+=*$/),
      isComposite: true,
      partSizes: told,
    });
  });

  test.each(['CRC64NVME', 'CRC32'] as const)(
    'by %s of the whole of several parts is asked for once',
    async (algorithm) => {
      await using proxy = await startS3Proxy(s3);
      await using store = openStore(proxy.env);
      const upload = { partBytes, algorithm, type: 'FULL_OBJECT' } as const;
      await s3.writeInParts('archive', 'whole', body, upload);
      expect((await store.head('whole')).checksum).toMatchObject({
        algorithm,
        isComposite: false,
      });
      expect(proxy.requests).toHaveLength(1);
    },
  );
});

describe('a part of an object', () => {
  beforeAll(async () => s3.write('archive', 'ten', '0123456789'));

  test.each([
    [0, 3, '012'],
    [4, 2, '45'],
    [7, 3, '789'],
    [7, 100, '789'],
    [0, 100, '0123456789'],
  ])('from byte %i, %i bytes, is read', async (offset, length, expected) => {
    await using store = openStore(s3.env);
    expect(String(await store.readRange('ten', offset, length))).toBe(expected);
    const pin = await store.head('ten');
    expect(String(await store.readRange('ten', offset, length, { pin }))).toBe(expected);
  });

  test('that begins behind its end is refused', async () => {
    await using store = openStore(s3.env);
    await expect(store.readRange('ten', 10, 1)).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringContaining('ends before'),
    });
  });

  test('of a whole with a composite checksum is read', async () => {
    await using store = openStore(s3.env);
    const upload = { partBytes, algorithm: 'SHA256', type: 'COMPOSITE' } as const;
    await s3.writeInParts('archive', 'composite', body, upload);
    const part = await store.readRange('composite', 0, partBytes);
    expect(body.subarray(0, partBytes).equals(part)).toBe(true);
  });

  test('that breaks off is read once more', async () => {
    await using proxy = await startS3Proxy(s3);
    await using store = openStore(proxy.env);
    proxy.fail({ method: 'GET' }, 'truncate', 2);
    expect(String(await store.readRange('ten', 2, 6))).toBe('234567');
    expect(proxy.requests.map(({ range }) => range)).toEqual(Array(3).fill('bytes=2-7'));
  });

  test('that stops to arrive is given up', async () => {
    await using proxy = await startS3Proxy(s3);
    await using store = openStore(proxy.env, { idleTimeoutMs: 50 });
    proxy.fail({ method: 'GET' }, 'stall', 3);
    await expect(store.readRange('ten', 0, 10)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('in time'),
    });
  });

  test('is given up on an abort while it arrives', async () => {
    await using proxy = await startS3Proxy(s3);
    await using store = openStore(proxy.env);
    proxy.fail({ method: 'GET' }, 'stall');
    const controller = new AbortController();
    const reason = new Error('the run was cancelled');
    const { signal } = controller;
    const bytes = await store.openRange('ten', 0, 10, { signal });
    await expect(async () => {
      for await (const chunk of bytes) {
        expect(Buffer.from(chunk).toString()).toBe('01234');
        controller.abort(reason);
      }
    }).rejects.toBe(reason);
  });
});

describe('an object that is overwritten while it is read', () => {
  test.each(['second', 'another length'])('by %j is not mixed', async (second) => {
    await using store = openStore(s3.env);
    await s3.write('archive', 'replaced', 'first.');
    const pin = await store.head('replaced');
    await s3.write('archive', 'replaced', second);
    await expect(store.readRange('replaced', 0, 3, { pin })).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringMatching(
        /somebody replaced .* while it was read .* Run again/,
      ),
    });
    const { versionId, sizeBytes } = pin;
    const bySize = { versionId, etag: null, sizeBytes };
    const read = store.readRange('replaced', 0, 3, { pin: bySize });
    if (second.length === sizeBytes) expect(String(await read)).toBe('sec');
    else await expect(read).rejects.toMatchObject({ code: 'changed' });
  });

  test('in a bucket with versions is read as it was', async () => {
    await using store = openStore(s3.env, { bucket: 'versions' });
    await s3.write('versions', 'replaced', 'first');
    const pin = await store.head('replaced');
    await s3.write('versions', 'replaced', 'second');
    expect(String(await store.readRange('replaced', 0, 5, { pin }))).toBe('first');
    const { versionId } = pin;
    expect(await store.head('replaced', { versionId })).toEqual(pin);
    expect(await store.head('replaced')).toMatchObject({ sizeBytes: 6 });
    const other = { versionId, etag: '"other"' };
    await expect(store.readRange('replaced', 0, 5, { pin: other })).rejects.toMatchObject(
      { code: 'changed' },
    );
  });

  test('and the version deleted is told', async () => {
    await using store = openStore(s3.env, { bucket: 'versions' });
    await s3.write('versions', 'gone', 'first');
    const pin = { versionId: '01ARZ3NDEKTSV4RRFFQ69G5FAV', etag: null };
    await expect(store.readRange('gone', 0, 5, { pin })).rejects.toMatchObject({
      code: 'no-such-key',
      message: expect.stringContaining('no such version'),
    });
  });
});

describe('a state that is refused', () => {
  test.each([
    ['no key', 'archive', 'none', {}, 'no-such-key', 'no such object'],
    ['no bucket', 'no-archive', 'none', {}, 'no-such-bucket', 'no bucket no-archive'],
    [
      'a wrong secret',
      'archive',
      'none',
      { AWS_SECRET_ACCESS_KEY: 'sw0rdf1sh' },
      'wrong-credentials',
      'AWS_SECRET_ACCESS_KEY',
    ],
  ])('for %s is told in words', async (_, bucket, key, env, code, text) => {
    await using store = openStore({ ...s3.env, ...env }, { bucket });
    await expect(store.head(key)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  });

  test.each([
    ['archive', 'ten', 's3:GetObject on arn:aws:s3:::archive/ten'],
    ['versions', 'one', 's3:GetObjectVersion on arn:aws:s3:::versions/one'],
  ])('in bucket %s names the permission', async (bucket, key, permission) => {
    await s3.write(bucket, key, 'x');
    await using store = openStore(s3.env, { bucket });
    const pin = await store.head(key);
    await using denied = openStore(await s3.createUser(bucket, ['s3:PutObject']), {
      bucket,
    });
    const refused = {
      code: 'access-denied',
      message: expect.stringContaining(permission),
    };
    const { versionId } = pin;
    await expect(denied.head(key, { versionId })).rejects.toMatchObject(refused);
    await expect(denied.readRange(key, 0, 1, { pin })).rejects.toMatchObject(refused);
  });
});
