import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { S3 } from '../rig/s3.ts';
import { type S3Proxy, startS3Proxy } from '../rig/s3-proxy.ts';
import { useS3 } from '../rig/s3-suite.ts';
import { openStore } from './open-store.ts';

let s3: S3;
let proxy: S3Proxy;
useS3(async (started) => {
  s3 = started;
  await s3.createBucket('archive');
});
beforeEach(async () => {
  proxy = await startS3Proxy(s3);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
});

const text = { contentType: 'text/plain' };
const body = new TextEncoder().encode('every trade of the year 2020');
/** Longer than a test may take: only an abort ends a request that hangs. */
const forEver = { idleTimeoutMs: 3_600_000 };

function seen(): string[] {
  return proxy.requests.map(({ method }) => method);
}

describe('what arrives', () => {
  test('with another bit than was stored is refused', async () => {
    await using store = openStore(proxy.env);
    await store.put('flipped', body, text);
    proxy.fail({ method: 'GET' }, 'corrupt');
    await expect(store.get('flipped')).rejects.toMatchObject({
      code: 'corrupted',
      message: expect.stringContaining('not what was stored'),
    });
    expect(await store.get('flipped')).toEqual(body);
  });

  test('from a damaged disk is refused', async () => {
    await using store = openStore(s3.env);
    await store.put('damaged', body, text);
    await fs.writeFile(
      s3.file('archive', 'damaged'),
      body.map((byte) => byte ^ 1),
    );
    await expect(store.get('damaged')).rejects.toMatchObject({ code: 'corrupted' });
  });

  test('in half is read once more', async () => {
    await using store = openStore(proxy.env);
    await store.put('half', body, text);
    proxy.fail({ method: 'GET' }, 'truncate', 2);
    expect(await store.get('half')).toEqual(body);
    expect(seen()).toEqual(['PUT', 'GET', 'GET', 'GET']);
  });

  test('in half each time is refused in the end', async () => {
    await using store = openStore(proxy.env);
    await store.put('halves', body, text);
    proxy.fail({ method: 'GET' }, 'truncate', 3);
    await expect(store.get('halves')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('the connection broke'),
    });
  });
});

describe('a store that is overloaded', () => {
  test('is asked again', async () => {
    await using store = openStore(proxy.env);
    proxy.fail({ method: 'PUT' }, 'unavailable');
    await store.put('busy', body, text);
    expect(seen()).toEqual(['PUT', 'PUT']);
    expect(await s3.files('archive')).toContain('busy');
  });

  test('is left alone after three attempts', async () => {
    await using store = openStore(proxy.env);
    proxy.fail({ method: 'PUT' }, 'unavailable', 4);
    await expect(store.put('too-busy', body, text)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('503'),
    });
    expect(seen()).toEqual(['PUT', 'PUT', 'PUT']);
    expect(await s3.files('archive')).not.toContain('too-busy');
  });

  test('that never answers is given up', async () => {
    await using store = openStore(proxy.env, { idleTimeoutMs: 50 });
    proxy.fail({}, 'hang', 3);
    await expect(store.list('')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('in time'),
    });
  });
});

describe('an answer that is lost', () => {
  const options = { ...text, onlyIfAbsent: true };

  test('does not make our own object a stranger', async () => {
    await using store = openStore(proxy.env);
    proxy.fail({ method: 'PUT' }, 'drop-answer');
    await store.put('ours', body, options);
    expect(seen()).toEqual(['PUT', 'PUT', 'HEAD']);
    expect(await s3.read('archive', 'ours')).toEqual(Buffer.from(body));
  });

  test('does not make the same bytes of somebody else ours', async () => {
    await using other = openStore(s3.env);
    await other.put('theirs', body, options);
    await using store = openStore(proxy.env);
    proxy.fail({ method: 'PUT' }, 'drop-answer');
    await expect(store.put('theirs', body, options)).rejects.toMatchObject({
      code: 'already-exists',
    });
    expect(seen()).toEqual(['PUT', 'PUT', 'HEAD']);
  });

  test('is not suspected where none was lost', async () => {
    await using store = openStore(proxy.env);
    await store.put('taken', body, text);
    await expect(store.put('taken', body, options)).rejects.toMatchObject({
      code: 'already-exists',
    });
    expect(seen()).toEqual(['PUT', 'PUT']);
  });

  test('needs the permission to look whose object it is', async () => {
    await using store = openStore({
      ...(await s3.createUser('archive', ['s3:PutObject'])),
      AWS_ENDPOINT_URL: proxy.endpointUrl,
    });
    proxy.fail({ method: 'PUT' }, 'drop-answer');
    await expect(store.put('unknown', body, options)).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining('s3:GetObject'),
    });
  });
});

describe('an abort', () => {
  const reason = new Error('the run was cancelled');

  test.each([
    ['put', 'PUT'],
    ['get', 'GET'],
    ['list', 'GET'],
    ['delete', 'DELETE'],
  ] as const)('ends a %s that hangs', async (method, verb) => {
    await using store = openStore(proxy.env, forEver);
    const controller = new AbortController();
    const { signal } = controller;
    proxy.fail({ method: verb }, 'hang');
    const arrived = proxy.arrival({ method: verb });
    const call =
      method === 'put'
        ? store.put('key', body, { ...text, signal })
        : store[method]('key', { signal });
    const ended = expect(call).rejects.toBe(reason);
    await arrived;
    controller.abort(reason);
    await ended;
    expect(seen()).toEqual([verb]);
  });

  test('ends a wait for the credentials of a role', async () => {
    await using token = await makeTokenFile();
    const role = {
      AWS_WEB_IDENTITY_TOKEN_FILE: token.path,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/maintenance',
      AWS_ENDPOINT_URL_STS: proxy.endpointUrl,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_PROFILE: undefined,
    };
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const [name, value] of Object.entries(role)) vi.stubEnv(name, value);
    await using store = openStore({}, { ...forEver, endpointUrl: s3.endpointUrl });
    const controller = new AbortController();
    proxy.fail({ method: 'POST' }, 'hang');
    const arrived = proxy.arrival({ method: 'POST' });
    const ended = expect(store.list('', { signal: controller.signal })).rejects.toBe(
      reason,
    );
    await arrived;
    controller.abort(reason);
    await ended;
  });

  test('before the start sends nothing', async () => {
    await using store = openStore(proxy.env);
    await expect(store.list('', { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    expect(seen()).toEqual([]);
  });
});

async function makeTokenFile() {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'matchbook-token-'));
  const file = path.join(directory, 'token');
  await fs.writeFile(file, 'header.payload.signature');
  return {
    path: file,
    [Symbol.asyncDispose]: () => fs.rm(directory, { recursive: true, force: true }),
  };
}
