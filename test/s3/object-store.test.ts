import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ObjectStore } from '../../src/s3/object-store.ts';
import { freePort } from '../rig/free-port.ts';
import type { S3 } from '../rig/s3.ts';
import { useS3 } from '../rig/s3-suite.ts';
import { openStore } from './open-store.ts';

let s3: S3;
useS3(async (started) => {
  s3 = started;
  await s3.createBucket('archive');
});

const text = { contentType: 'text/plain' };
const bytes = (content: string) => new TextEncoder().encode(content);

describe('an object', () => {
  test('is stored as it is, and read again', async () => {
    await using store = openStore(s3.env);
    const body = randomBytes(3_000_000);
    await store.put('put/big.bin', body, text);
    expect((await s3.read('archive', 'put/big.bin')).equals(body)).toBe(true);
    expect(body.equals(await store.get('put/big.bin'))).toBe(true);
  });

  test('may be empty', async () => {
    await using store = openStore(s3.env);
    await store.put('put/empty', new Uint8Array(), text);
    expect(await store.get('put/empty')).toHaveLength(0);
  });

  test('may have any name', async () => {
    await using store = openStore(s3.env);
    const key = "names/a b+c&d=e%20f#g?h'ü*(1)~.gz";
    await store.put(key, bytes('odd'), text);
    expect(await s3.files('archive')).toContain(key);
    expect(await store.get(key)).toEqual(bytes('odd'));
    expect((await store.list('names/')).map((one) => one.key)).toEqual([key]);
    await store.delete(key);
    expect(await s3.files('archive')).not.toContain(key);
  });

  test('is overwritten, unless that was forbidden', async () => {
    await using store = openStore(s3.env);
    await store.put('put/one', bytes('first'), text);
    await store.put('put/one', bytes('second'), text);
    expect(await store.get('put/one')).toEqual(bytes('second'));
    const options = { ...text, onlyIfAbsent: true };
    for (const content of ['third', 'second']) {
      await expect(store.put('put/one', bytes(content), options)).rejects.toMatchObject({
        code: 'already-exists',
        message: expect.stringContaining('s3://archive/put/one'),
      });
    }
    expect(await store.get('put/one')).toEqual(bytes('second'));
    await store.put('put/new', bytes('new'), options);
    expect(await store.get('put/new')).toEqual(bytes('new'));
  });

  test('is put by one of many that may not overwrite it', async () => {
    await using store = openStore(s3.env);
    const contents = Array.from({ length: 8 }, (_, index) => `by ${index}`);
    const options = { ...text, onlyIfAbsent: true };
    const puts = await Promise.allSettled(
      contents.map((content) => store.put('put/race', bytes(content), options)),
    );
    const winners = contents.filter((_, index) => puts[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect(String(await s3.read('archive', 'put/race'))).toBe(winners[0]);
  });

  test('is deleted; none is no failure', async () => {
    await using store = openStore(s3.env);
    await s3.write('archive', 'delete/one', 'x');
    await store.delete('delete/one');
    expect(await s3.files('archive')).not.toContain('delete/one');
    await store.delete('delete/one');
  });

  test('that is not there is told', async () => {
    await using store = openStore(s3.env);
    await expect(store.get('get/none')).rejects.toMatchObject({ code: 'no-such-key' });
  });
});

describe('a list', () => {
  test('has every object of a prefix, over more than one page', async () => {
    await using store = openStore(s3.env);
    const keys = Array.from({ length: 1005 }, (_, index) => `list/${1000 + index}`);
    for (let start = 0; start < keys.length; start += 50) {
      const some = keys.slice(start, start + 50);
      await Promise.all(some.map((key) => s3.write('archive', key, key.slice(-1))));
    }
    await s3.write('archive', 'list-of-others', 'x');
    const objects = await store.list('list/');
    expect(objects.map(({ key }) => key).sort()).toEqual([...keys].sort());
    expect(new Set(objects.map(({ sizeBytes }) => sizeBytes))).toEqual(new Set([1]));
  });

  test('has size and time', async () => {
    await using store = openStore(s3.env);
    await s3.write('archive', 'times/one', 'four');
    const [object, ...others] = await store.list('times/');
    expect(others).toEqual([]);
    expect(object).toMatchObject({ key: 'times/one', sizeBytes: 4 });
    const ageMs = Date.now() - (object?.lastModified.getTime() ?? 0);
    expect(Math.abs(ageMs)).toBeLessThan(3_600_000);
  });

  test('of a prefix without objects is empty', async () => {
    await using store = openStore(s3.env);
    expect(await store.list('nothing/')).toEqual([]);
  });
});

describe('what is refused', () => {
  test.each(['put', 'get', 'list', 'delete'] as const)(
    'to %s in a bucket that is not there',
    async (method) => {
      await using store = openStore(s3.env, { bucket: 'no-archive' });
      await expect(call(store, method)).rejects.toMatchObject({
        code: 'no-such-bucket',
        message: expect.stringContaining('no bucket no-archive'),
      });
    },
  );

  test.each([
    ['put', 's3:PutObject on arn:aws:s3:::archive/denied'],
    ['get', 's3:GetObject on arn:aws:s3:::archive/denied'],
    ['list', 's3:ListBucket on arn:aws:s3:::archive'],
    ['delete', 's3:DeleteObject on arn:aws:s3:::archive/denied'],
  ] as const)('to %s without the permission names it', async (method, permission) => {
    const granted = new Map([
      ['put', 's3:PutObject'],
      ['get', 's3:GetObject'],
      ['list', 's3:ListBucket'],
      ['delete', 's3:DeleteObject'],
    ]);
    await s3.write('archive', 'denied', 'x');
    const others = [...granted].filter(([one]) => one !== method).map(([, one]) => one);
    await using denied = openStore(await s3.createUser('archive', others));
    await expect(call(denied, method)).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining(permission),
    });
    const [needed = ''] = permission.split(' ');
    await using allowed = openStore(await s3.createUser('archive', [needed]));
    await call(allowed, method);
  });

  test.each([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'sw0rdf1sh' }, 'wrong-credentials'],
    ['an unknown key', { AWS_ACCESS_KEY_ID: 'AKIANOBODY' }, 'wrong-credentials'],
    ['a token that is none', { AWS_SESSION_TOKEN: 'sw0rdf1sh' }, 'wrong-credentials'],
    ['another region', { AWS_REGION: 'eu-west-1' }, 'wrong-region'],
  ])('with %s is told without a secret', async (_, wrong, code) => {
    await using store = openStore({ ...s3.env, ...wrong });
    const failure = await store.list('').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    const shown = inspect(failure, { depth: Number.POSITIVE_INFINITY, showHidden: true });
    expect(shown).not.toContain('sw0rdf1sh');
    expect(shown).not.toContain(s3.env.AWS_SECRET_ACCESS_KEY);
  });

  test('without any credentials says how to give them', async () => {
    const nowhere = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_PROFILE: undefined,
      AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
    };
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const [name, value] of Object.entries(nowhere)) vi.stubEnv(name, value);
    await using store = openStore({ AWS_ENDPOINT_URL: s3.endpointUrl });
    await expect(store.list('')).rejects.toMatchObject({
      code: 'no-credentials',
      message: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    });
  });
});

describe('a store that is not there', () => {
  test('is told by its address', async () => {
    const endpointUrl = `http://127.0.0.1:${await freePort()}`;
    await using store = openStore(s3.env, { endpointUrl });
    await expect(store.list('')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(`${endpointUrl}: the connection was refused`),
    });
  });

  test('by https is told to be asked by http', async () => {
    await using store = openStore(s3.env, {
      endpointUrl: `https://127.0.0.1:${s3.port}`,
    });
    await expect(store.list('')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('http:// in endpoint-url'),
    });
  });

  test('is not looked for at an endpoint that cannot be read', () => {
    expect(() =>
      ObjectStore.open({ bucket: 'archive', endpointUrl: 's3', region: null }),
    ).toThrow('https://s3.example');
  });
});

function call(store: ObjectStore, method: 'put' | 'get' | 'list' | 'delete') {
  if (method === 'put') return store.put('denied', bytes('x'), text);
  return store[method](method === 'list' ? '' : 'denied');
}
