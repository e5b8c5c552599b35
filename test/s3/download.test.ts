import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { checksumAlgorithms } from '../../src/s3/checksums.ts';
import {
  ChecksumMismatch,
  type DownloadOptions,
  startDownload,
} from '../../src/s3/download.ts';
import type { ObjectStore } from '../../src/s3/object-store.ts';
import type { S3 } from '../rig/s3.ts';
import { type S3Proxy, startS3Proxy } from '../rig/s3-proxy.ts';
import { useS3 } from '../rig/s3-suite.ts';
import { openStore } from './open-store.ts';

const mebibyte = 1024 ** 2;
const body = randomBytes(20 * mebibyte + 12_345);
const small = body.subarray(0, 1_000_000);

let s3: S3;
useS3(async (started) => {
  s3 = started;
  await s3.createBucket('archive');
});

async function freshFile(): Promise<string> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'matchbook-download-'));
  onTestFinished(() => fs.rm(directory, { recursive: true }));
  return path.join(directory, 'backup');
}

/** Begins a download in small ranges, which tries again at once. */
async function start(
  store: ObjectStore,
  key: string,
  options: Partial<DownloadOptions> = {},
) {
  const file = await freshFile();
  const state = await store.head(key);
  const download = startDownload(store, state, file, {
    signal: new AbortController().signal,
    rangeBytes: 100_000,
    retryDelayMs: 1,
    ...options,
  });
  return { ...download, file, state };
}

describe('a download', () => {
  test.each(checksumAlgorithms)('is proven by %s', async (algorithm) => {
    await using store = openStore(s3.env);
    await s3.write('archive', 'full', body, algorithm);
    const { finished, file } = await start(store, 'full', { rangeBytes: mebibyte + 1 });
    expect(await finished).toMatchObject({
      sizeBytes: body.length,
      requests: 21,
      retries: 0,
      proof: 'full',
    });
    expect(body.equals(await fs.readFile(file))).toBe(true);
    expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['CRC32', 'COMPOSITE', 'composite'],
    ['CRC32C', 'COMPOSITE', 'composite'],
    ['SHA1', 'COMPOSITE', 'composite'],
    ['SHA256', 'COMPOSITE', 'composite'],
    ['CRC64NVME', 'FULL_OBJECT', 'full'],
    ['CRC32', 'FULL_OBJECT', 'full'],
  ] as const)('of parts is proven by %s, %s', async (algorithm, type, proof) => {
    await using store = openStore(s3.env);
    const upload = { partBytes: 6 * mebibyte, algorithm, type };
    await s3.writeInParts('archive', 'parts', body, upload);
    const { finished, file } = await start(store, 'parts', { rangeBytes: mebibyte });
    expect((await finished).proof).toBe(proof);
    expect(body.equals(await fs.readFile(file))).toBe(true);
  });

  test('is not proven where the parts are not known', async () => {
    await using store = openStore(s3.env);
    const partBytes = [5 * mebibyte, 6 * mebibyte, 5 * mebibyte];
    const upload = { partBytes, algorithm: 'SHA256', type: 'COMPOSITE' } as const;
    await s3.writeInParts('archive', 'uneven', body, upload);
    const { finished } = await start(store, 'uneven', { rangeBytes: mebibyte });
    expect((await finished).proof).toBe('none');
  });

  test('is not proven where the store keeps no checksum', async () => {
    await using store = openStore(s3.env);
    await fs.writeFile(s3.file('archive', 'placed'), small);
    const { finished, file } = await start(store, 'placed');
    expect((await finished).proof).toBe('none');
    expect(small.equals(await fs.readFile(file))).toBe(true);
  });

  test('may be of nothing', async () => {
    await using store = openStore(s3.env);
    await s3.write('archive', 'empty', '');
    const { finished, reached, file } = await start(store, 'empty');
    expect(await reached(1)).toBe(0);
    expect(await finished).toMatchObject({ sizeBytes: 0, requests: 0, proof: 'full' });
    expect(await fs.readFile(file)).toHaveLength(0);
  });

  test('tells how much it has written', async () => {
    await using store = openStore(s3.env);
    await s3.write('archive', 'progress', small);
    const told: number[] = [];
    const { finished } = await start(store, 'progress', {
      onProgress: (bytes) => told.push(bytes),
    });
    await finished;
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(small.length);
  });
});

describe('a reader', () => {
  test('follows the bytes without a gap while others arrive', async () => {
    await using proxy = await startS3Proxy(s3);
    await using store = openStore(proxy.env);
    await s3.write('archive', 'read', small);
    const gate = Promise.withResolvers<void>();
    proxy.before({ range: /^bytes=200000-/ }, () => gate.promise);
    const others = Promise.withResolvers<void>();
    const { reached, finished, file } = await start(store, 'read', {
      concurrency: 3,
      onProgress: (bytes) => {
        // All but the third range.
        if (bytes === 900_000) others.resolve();
      },
    });
    await others.promise;
    expect(await reached(1)).toBe(200_000);
    const held = (await fs.readFile(file)).subarray(0, 200_000);
    expect(small.subarray(0, 200_000).equals(held)).toBe(true);
    const more = reached(200_001);
    gate.resolve();
    expect(await more).toBeGreaterThan(200_000);
    expect(await reached(2_000_000)).toBe(1_000_000);
    await finished;
    expect(await reached(1)).toBe(1_000_000);
  });
});

describe('a transfer', () => {
  let proxy: S3Proxy;
  beforeAll(() => s3.write('archive', 'torn', small));
  const ofOne = { concurrency: 1, rangeBytes: small.length };

  async function viaProxy(idleTimeoutMs = 30_000) {
    proxy = await startS3Proxy(s3);
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const store = openStore(proxy.env, { idleTimeoutMs });
    onTestFinished(() => store[Symbol.asyncDispose]());
    return store;
  }

  test('that breaks again and again goes on where it was', async () => {
    const store = await viaProxy();
    proxy.fail({ method: 'GET' }, 'truncate', 6);
    const written = [0];
    const { finished, file } = await start(store, 'torn', {
      ...ofOne,
      onProgress: (bytes) => written.push(bytes),
    });
    expect(await finished).toMatchObject({ requests: 7, retries: 6, proof: 'full' });
    expect(small.equals(await fs.readFile(file))).toBe(true);
    // What was written is not asked for again, and nothing is written twice.
    const asked = proxy.requests.flatMap(({ range = '' }) => {
      const [, start] = /^bytes=(\d+)-999999$/.exec(range) ?? [];
      return start === undefined ? [] : Number(start);
    });
    expect(asked).toHaveLength(7);
    expect(new Set(asked).size).toBe(7);
    expect(written).toEqual(expect.arrayContaining(asked));
    expect(written.at(-1)).toBe(small.length);
  });

  test('that breaks in many places at once is put together', async () => {
    const store = await viaProxy();
    proxy.fail({ method: 'GET' }, 'truncate', 12);
    const { finished, file } = await start(store, 'torn');
    expect(await finished).toMatchObject({ requests: 22, retries: 12, proof: 'full' });
    expect(small.equals(await fs.readFile(file))).toBe(true);
  });

  test('that stops to arrive goes on after the timeout', async () => {
    const store = await viaProxy(50);
    proxy.fail({ method: 'GET' }, 'stall');
    const { finished } = await start(store, 'torn', ofOne);
    expect(await finished).toMatchObject({ requests: 2, proof: 'full' });
  });

  test('that brings nothing each time is given up', async () => {
    const store = await viaProxy(50);
    proxy.fail({ method: 'GET' }, 'hang', 1_000);
    const { finished, reached } = await start(store, 'torn', ofOne);
    const refused = { code: 'unreachable', message: expect.stringContaining('in time') };
    await expect(reached(1)).rejects.toMatchObject(refused);
    await expect(finished).rejects.toMatchObject(refused);
  });

  test('by a store that is overloaded for long is given up', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    onTestFinished(() => void vi.unstubAllEnvs());
    const store = await viaProxy();
    proxy.fail({ range: /^bytes=300000-/ }, 'unavailable', 4);
    const { finished, reached } = await start(store, 'torn');
    await expect(finished).rejects.toMatchObject({ code: 'unavailable' });
    await expect(reached(300_001)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('with a bit that has turned over is refused, and can be read', async () => {
    const store = await viaProxy();
    proxy.fail({ range: /^bytes=300000-/ }, 'corrupt');
    const { finished, reached, file, state } = await start(store, 'torn');
    const error = await finished.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ChecksumMismatch);
    const { value, algorithm } = state.checksum ?? {};
    expect(error).toMatchObject({ algorithm, expected: value });
    expect(String(error)).toContain(algorithm);
    expect(String(error)).toContain(value);
    expect(String(error)).toContain((error as ChecksumMismatch).computed);
    expect(await reached(small.length)).toBe(small.length);
    expect(await fs.readFile(file)).toHaveLength(small.length);
  });

  test('is ended by an abort', async () => {
    const store = await viaProxy();
    const controller = new AbortController();
    const reason = new Error('the run was cancelled');
    proxy.fail({ range: /^bytes=300000-/ }, 'stall');
    const { finished, reached } = await start(store, 'torn', {
      signal: controller.signal,
    });
    const waiting = reached(small.length);
    expect(await reached(350_000)).toBe(350_000);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(finished).rejects.toBe(reason);
    await expect(reached(350_001)).rejects.toBe(reason);
  });

  test('does not begin after an abort', async () => {
    const store = await viaProxy();
    const reason = new Error('the run was cancelled');
    const { finished, reached, file } = await start(store, 'torn', {
      signal: AbortSignal.abort(reason),
    });
    await expect(reached(0)).rejects.toBe(reason);
    await expect(finished).rejects.toBe(reason);
    await expect(fs.stat(file)).rejects.toThrow('ENOENT');
  });

  test('of an object that is replaced half way is refused', async () => {
    const store = await viaProxy();
    await s3.write('archive', 'replaced', small);
    proxy.before({ range: /^bytes=500000-/ }, () =>
      s3.write('archive', 'replaced', body.subarray(1, 1_000_001)),
    );
    const { finished } = await start(store, 'replaced', { concurrency: 2 });
    await expect(finished).rejects.toMatchObject({ code: 'changed' });
  });

  test('of an object of another size is refused', async () => {
    const store = await viaProxy();
    const state = { ...(await store.head('torn')), etag: null, sizeBytes: 999_999 };
    const { signal } = new AbortController();
    const { finished } = startDownload(store, state, await freshFile(), { signal });
    await expect(finished).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringContaining('1000000 bytes instead of 999999'),
    });
  });

  test('that cannot be written is told, and asks for nothing', async () => {
    const store = await viaProxy();
    const state = await store.head('torn');
    const { signal } = new AbortController();
    const file = path.join(await freshFile(), 'in-no-directory');
    const { finished, reached } = startDownload(store, state, file, { signal });
    await expect(reached(1)).rejects.toThrow('ENOENT');
    await expect(finished).rejects.toThrow('ENOENT');
    expect(proxy.requests.map(({ method }) => method)).toEqual(['HEAD']);
  });
});

test('an object in versions is downloaded as it was', async () => {
  await s3.createBucket('versions', { versions: true });
  await using store = openStore(s3.env, { bucket: 'versions' });
  await s3.write('versions', 'replaced', small, 'CRC64NVME');
  const state = await store.head('replaced');
  await s3.write('versions', 'replaced', 'second');
  const file = await freshFile();
  const { signal } = new AbortController();
  const download = startDownload(store, state, file, { signal, rangeBytes: 100_000 });
  expect((await download.finished).proof).toBe('full');
  expect(small.equals(await fs.readFile(file))).toBe(true);
});
