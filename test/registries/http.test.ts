import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Http, SourceFailed } from '../../src/registries/http.ts';
import { isLasting } from '../../src/registries/http-failure.ts';
import { type Route, startRegistryServer } from '../rig/registry-server.ts';
import { quickHttp, signal } from './quick-http.ts';

describe('an answer', () => {
  test.each([
    ['plain', {}, Buffer.from('grüß dich')],
    ['gzip', { 'content-encoding': 'gzip' }, gzipSync('grüß dich')],
    ['br', { 'content-encoding': 'br' }, brotliCompressSync('grüß dich')],
  ])('is read whole: %s', async (_, headers, body) => {
    await using server = await startRegistryServer({ '/a': { headers, body } });
    const answer = await quickHttp({ userAgent: 'me' }).get(`${server.url}/a`, {
      signal,
      accept: 'text/plain',
    });
    expect(answer.status).toBe(200);
    expect(answer.text()).toBe('grüß dich');
    expect(server.requests[0]?.headers).toMatchObject({
      accept: 'text/plain',
      'user-agent': 'me',
    });
  });

  test.each([200, 304, 400, 401, 403, 404, 410])('may have status %i', async (status) => {
    await using server = await startRegistryServer({ '/a': { status } });
    expect(await quickHttp().get(`${server.url}/a`, { signal })).toMatchObject({
      status,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('has headers of any case, and none of what every object has', async () => {
    await using server = await startRegistryServer({
      '/a': { headers: { ETag: '"1"' } },
    });
    const { headers } = await quickHttp().get(`${server.url}/a`, { signal });
    expect(headers.get('Etag')).toBe('"1"');
    expect(headers.get('constructor')).toBeNull();
  });

  test('to a POST is one to its body', async () => {
    await using server = await startRegistryServer({ '/a': ({ body }) => ({ body }) });
    const asked = { signal, method: 'POST', body: '{"a":1}' } as const;
    expect((await quickHttp().get(`${server.url}/a`, asked)).text()).toBe('{"a":1}');
  });

  test.each<[string, Route]>([
    ['as it comes', { body: 'x'.repeat(1001) }],
    [
      'when it is unpacked',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync('x'.repeat(100_000)) },
    ],
  ])('may not be larger than allowed: %s', async (_, route) => {
    await using server = await startRegistryServer({ '/a': route });
    const asked = quickHttp().get(`${server.url}/a`, { signal, maxBytes: 1000 });
    await expect(asked).rejects.toThrow(
      /answered more than 1000 bytes \(asked for \/a\)/,
    );
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Route]>([
    ['does not come', () => new Promise<never>(() => {})],
    ['breaks off', { headers: { 'content-length': '10' }, body: 'x' }],
  ])('that %s is none', async (_, route) => {
    await using server = await startRegistryServer({ '/a': route });
    const asked = quickHttp({ timeoutMs: 50 }).get(`${server.url}/a`, { signal });
    await expect(asked).rejects.toThrow(/gave no answer 3 times: nothing came within/);
  });
});

describe('asking again', () => {
  test.each([408, 429, 500, 503])('helps where the answer is %i', async (status) => {
    const statuses = [status, status, 200];
    await using server = await startRegistryServer({
      '/a': () => ({ status: statuses.shift() ?? 404, headers: { 'retry-after': '0' } }),
    });
    const http = quickHttp();
    expect((await http.get(`${server.url}/a`, { signal })).status).toBe(200);
    expect(http.requests).toBe(3);
  });

  test('ends after the third time, and tells what came back', async () => {
    const headers = {
      'ratelimit-limit': '100;w=21600',
      'ratelimit-remaining': '0;w=21600',
    };
    await using server = await startRegistryServer({ '/a': { status: 429, headers } });
    const { host } = new URL(server.url);
    const failure = await quickHttp()
      .get(`${server.url}/a?token=secret`, { signal })
      .catch((error) => error);
    expect(failure).toBeInstanceOf(SourceFailed);
    expect(failure).toMatchObject({ source: host, status: 429 });
    expect(failure.message).toBe(
      `${host} answered 429 3 times; ratelimit-limit: 100;w=21600; ratelimit-remaining: 0;w=21600 (asked for /a)`,
    );
    expect(server.requests).toHaveLength(3);
  });

  test.each(['31', new Date('2099-01-01').toUTCString()])(
    'is not done where that would take too long: %s',
    async (retryAfter) => {
      const headers = { 'retry-after': retryAfter };
      await using server = await startRegistryServer({ '/a': { status: 503, headers } });
      const asked = quickHttp().get(`${server.url}/a`, { signal });
      await expect(asked).rejects.toThrow(`answered 503; retry-after: ${retryAfter}`);
      expect(server.requests).toHaveLength(1);
    },
  );

  test('is done where nobody answers', async () => {
    const server = await startRegistryServer({});
    await server[Symbol.asyncDispose]();
    const http = quickHttp();
    const asked = http.get(`${server.url}/a`, { signal });
    await expect(asked).rejects.toThrow(/gave no answer twice: .*ECONNREFUSED/);
    expect(http.requests).toBe(2);
  });

  test.each([
    ['during a request', 1],
    ['between two', 60_000],
  ])('ends when the run is cancelled: %s', async (_, retryDelayMs) => {
    const run = new AbortController();
    await using server = await startRegistryServer({
      '/a': () => {
        setImmediate(() => run.abort(new Error('cancelled')));
        return retryDelayMs === 1 ? new Promise<never>(() => {}) : { status: 503 };
      },
    });
    // A wait of more than half a minute would not be begun.
    const http = quickHttp({ retryDelayMs: Math.min(retryDelayMs, 15_000) });
    const asked = http.get(`${server.url}/a`, { signal: run.signal });
    await expect(asked).rejects.toThrow('cancelled');
  });
});

describe('a host that fails five times in a row', () => {
  const down: Route = { status: 503, headers: { 'retry-after': '3600' } };
  const messageFrom = (http: Http, url: string) =>
    http.get(url, { signal }).then(
      ({ status }) => `answered ${status}`,
      (error) => String(error.message),
    );

  test('is not asked again, and others are', async () => {
    await using other = await startRegistryServer({ '/a': {} });
    await using server = await startRegistryServer({ '/a': down, '/b': down });
    const http = quickHttp();
    for (let times = 0; times < 5; times++) await messageFrom(http, `${server.url}/a`);
    const failure = await http.get(`${server.url}/b`, { signal }).catch((error) => error);
    expect(failure).toBeInstanceOf(SourceFailed);
    const { host } = new URL(server.url);
    expect(failure).toMatchObject({ source: host, status: 503 });
    expect(failure.message).toBe(
      `${host} answered 503; retry-after: 3600 (asked for /a), and was not asked again`,
    );
    expect(server.requests).toHaveLength(5);
    expect(await messageFrom(http, `${other.url}/a`)).toBe('answered 200');
  });

  test.each([200, 404])('is asked where it answered %i in between', async (status) => {
    await using server = await startRegistryServer({ '/a': down, '/b': { status } });
    const http = quickHttp();
    for (const path of ['a', 'a', 'a', 'a', 'b', 'a', 'a', 'a', 'a', 'b']) {
      await messageFrom(http, `${server.url}/${path}`);
    }
    expect(server.requests).toHaveLength(10);
  });

  test('costs little, however much there is to ask', async () => {
    const server = await startRegistryServer({});
    await server[Symbol.asyncDispose]();
    const http = quickHttp({ concurrency: 4 });
    const urls = Array.from({ length: 600 }, (_, index) => `${server.url}/${index}`);
    const messages = await Promise.all(urls.map((url) => messageFrom(http, url)));
    expect(messages.every((message) => message.includes('ECONNREFUSED'))).toBe(true);
    expect(messages.at(-1)).toMatch(/ECONNREFUSED.* and was not asked again$/);
    // Those on their way when the fifth has failed are the last.
    expect(http.requests).toBeLessThanOrEqual(2 * (5 + 4));
  });

  test('without a word is left alone just the same', async () => {
    await using server = await startRegistryServer({
      '/a': () => new Promise<never>(() => {}),
    });
    const http = quickHttp({ timeoutMs: 20, concurrency: 5 });
    const urls = Array.from({ length: 50 }, () => `${server.url}/a`);
    const messages = await Promise.all(urls.map((url) => messageFrom(http, url)));
    expect(messages.at(-1)).toMatch(/nothing came within .* was not asked again$/);
    expect(http.requests).toBeLessThanOrEqual(3 * (5 + 5));
  });
});

describe('a redirect', () => {
  test('is followed, and credentials go to the host that they are meant for', async () => {
    await using other = await startRegistryServer({ '/b': { body: 'found' } });
    await using server = await startRegistryServer({
      '/a': { status: 302, headers: { location: '/a2' } },
      '/a2': { status: 307, headers: { location: `${other.url}/b` } },
    });
    const headers = { Authorization: 'Bearer secret', 'x-other': '1' };
    const answer = await quickHttp().get(`${server.url}/a`, { signal, headers });
    expect(answer.text()).toBe('found');
    expect(server.requests[1]?.headers.authorization).toBe('Bearer secret');
    expect(other.requests[0]?.headers).toMatchObject({ 'x-other': '1' });
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test.each([
    ['file:///etc/passwd', 'to another protocol'],
    ['https://127.0.0.1/', 'to another protocol'],
    ['http://[', 'to another protocol'],
    ['/a', 'too often'],
  ])('to %s is refused', async (location, why) => {
    await using server = await startRegistryServer({
      '/a': { status: 301, headers: { location } },
    });
    const asked = quickHttp().get(`${server.url}/a`, { signal });
    await expect(asked).rejects.toThrow(`redirected ${why}`);
  });
});

describe('the cache', () => {
  async function freshDirectory(): Promise<string> {
    const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'matchbook-http-'));
    onTestFinished(() => fs.rm(directory, { recursive: true }));
    return path.join(directory, 'cache');
  }

  const versioned: Route = ({ headers }) =>
    headers['if-none-match'] === '"1"'
      ? { status: 304, headers: { etag: '"1"' } }
      : {
          headers: { etag: '"1"', 'content-type': 'application/json' },
          body: '{"a":1}\n{"b":2}',
        };

  test('saves what has not changed, from one run to the next', async () => {
    await using server = await startRegistryServer({ '/a': versioned });
    const cacheDirectory = await freshDirectory();
    for (const received of [undefined, '"1"']) {
      const http = quickHttp({ cacheDirectory });
      const answer = await http.get(`${server.url}/a`, { signal });
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.text()).toBe('{"a":1}\n{"b":2}');
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(server.requests.at(-1)?.headers['if-none-match']).toBe(received);
    }
  });

  test.each<[string, (bytes: Buffer) => Buffer | string]>([
    ['shortened', (bytes) => bytes.subarray(0, -1)],
    ['changed', (bytes) => bytes.toString().replace('{"b":2}', '{"b":3}')],
    ['emptied', () => ''],
    ['of another kind', () => 'null\n'],
  ])('takes no notice of an entry that was %s', async (_, damage) => {
    await using server = await startRegistryServer({ '/a': versioned });
    const cacheDirectory = await freshDirectory();
    await quickHttp({ cacheDirectory }).get(`${server.url}/a`, { signal });
    const [name = ''] = await fs.readdir(cacheDirectory);
    const file = path.join(cacheDirectory, name);
    await fs.writeFile(file, damage(await fs.readFile(file)));
    const answer = await quickHttp({ cacheDirectory }).get(`${server.url}/a`, { signal });
    expect(answer.text()).toBe('{"a":1}\n{"b":2}');
    expect(server.requests.at(-1)?.headers).not.toHaveProperty('if-none-match');
  });

  test('keeps nothing that was shown to one person only', async () => {
    await using server = await startRegistryServer({ '/a': versioned });
    const cacheDirectory = await freshDirectory();
    const headers = { authorization: 'Bearer secret' };
    await quickHttp({ cacheDirectory }).get(`${server.url}/a`, { signal, headers });
    await expect(fs.readdir(cacheDirectory)).rejects.toThrow('ENOENT');
  });

  test('that cannot be written is done without', async () => {
    await using server = await startRegistryServer({ '/a': versioned });
    const cacheDirectory = '/dev/null/cache';
    const answer = await quickHttp({ cacheDirectory }).get(`${server.url}/a`, { signal });
    expect(answer.status).toBe(200);
  });
});

test.each([
  ['ENOTFOUND', true],
  ['ECONNREFUSED', true],
  ['CERT_HAS_EXPIRED', true],
  ['SELF_SIGNED_CERT_IN_CHAIN', true],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
  ['ERR_TLS_CERT_ALTNAME_INVALID', true],
  ['EAI_AGAIN', false],
  ['ECONNRESET', false],
  ['ETIMEDOUT', false],
])('%s seldom passes: %j', (code, expected) => {
  expect(isLasting(Object.assign(new Error('failed'), { code }))).toBe(expected);
});
