import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { endpoints } from '../../src/registries/endpoints.ts';
import { imageDigest, tagsOf } from '../../src/registries/image-registry.ts';
import { bearerParameters } from '../../src/registries/registry-token.ts';
import {
  type RegistryServer,
  type Routes,
  startRegistryServer,
} from '../rig/registry-server.ts';
import { quickHttp, signal } from './quick-http.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const rust = { registry: 'docker.io', repository: 'library/rust', reference: '1.93' };
const manifest = '/v2/library/rust/manifests/1.93';

/** A registry that answers only with the token that everybody gets, as Docker Hub does. */
async function startHub(routes: Routes): Promise<RegistryServer> {
  const server = await startRegistryServer({});
  for (const [path, route] of Object.entries(routes)) {
    server.routes[path] = (request) => {
      if (request.headers.authorization !== 'Bearer t1') {
        const challenge = `Bearer realm="${server.url}/token",service="registry.docker.io",scope="repository:library/rust:pull,push"`;
        return { status: 401, headers: { 'www-authenticate': challenge } };
      }
      return typeof route === 'function' ? route(request) : route;
    };
  }
  server.routes['/token'] = { body: { token: 't1', expires_in: 300 } };
  return server;
}

function digestOf(server: RegistryServer, image = rust, http = quickHttp()) {
  return imageDigest(image, http, endpoints({ 'docker.io': server.url }), signal);
}

describe('the digest of a tag', () => {
  test('is asked for by HEAD, with a token that everybody gets', async () => {
    const headers = { 'docker-content-digest': digest };
    await using server = await startHub({
      [manifest]: { headers },
      '/v2/library/rust/manifests/1.94': { headers },
    });
    const http = quickHttp();
    expect(await digestOf(server, rust, http)).toBe(digest);
    expect(await digestOf(server, { ...rust, reference: '1.94' }, http)).toBe(digest);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `HEAD ${manifest}`,
      'GET /token?service=registry.docker.io&scope=repository%3Alibrary%2Frust%3Apull%2Cpush',
      `HEAD ${manifest}`,
      'HEAD /v2/library/rust/manifests/1.94',
    ]);
    expect(server.requests[0]?.headers.accept?.split(', ')).toHaveLength(4);
  });

  test('is fetched anew with a new token when the old one has expired', async () => {
    const headers = { 'docker-content-digest': digest };
    await using server = await startHub({ [manifest]: { headers } });
    const http = quickHttp();
    server.routes['/token'] = { body: { access_token: 't0' } };
    await expect(digestOf(server, rust, http)).rejects.toThrow('it is private');
    server.routes['/token'] = { body: { access_token: 't1' } };
    expect(await digestOf(server, rust, http)).toBe(digest);
  });

  test.each([
    ['the registry does not name', {}],
    ['is none', { 'docker-content-digest': 'md5:1' }],
  ])('that %s is that of the bytes', async (_, headers) => {
    const body = '{"schemaVersion":2}';
    await using server = await startRegistryServer({ [manifest]: { headers, body } });
    const sha256 = createHash('sha256').update(body).digest('hex');
    expect(await digestOf(server)).toBe(`sha256:${sha256}`);
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  test.each([
    ['there is no such tag', rust],
    ['the tag cannot be one', { ...rust, reference: '../../x' }],
    ['the repository cannot be one', { ...rust, repository: 'a/../b' }],
  ])('is null where %s', async (_, image) => {
    await using server = await startRegistryServer({});
    expect(await digestOf(server, image)).toBeNull();
  });

  test.each([
    [
      'the image',
      (server: RegistryServer) => (server.routes[manifest] = { status: 403 }),
    ],
    ['a token', (server: RegistryServer) => (server.routes['/token'] = { status: 403 })],
  ])('is not told by a registry that refuses %s', async (_, refuse) => {
    await using server = await startHub({ [manifest]: {} });
    refuse(server);
    await expect(digestOf(server)).rejects.toThrow(
      /does not show library\/rust to everybody: it is private, or does not exist/,
    );
  });

  test('is told no more once the limit is reached', async () => {
    const headers = { 'ratelimit-limit': '100;w=21600', 'retry-after': '3600' };
    await using server = await startRegistryServer({
      [manifest]: { status: 429, headers },
    });
    await expect(digestOf(server)).rejects.toThrow(
      /answered 429; retry-after: 3600; ratelimit-limit: 100;w=21600/,
    );
  });

  test.each(['registry.internal:5000', 'localhost', '169.254.169.254'])(
    'is not asked for at %s, which nobody has named',
    async (registry) => {
      const http = quickHttp();
      const asked = imageDigest({ ...rust, registry }, http, endpoints(), signal);
      await expect(asked).rejects.toThrow(`${registry} was not asked`);
      expect(http.requests).toBe(0);
    },
  );
});

describe('a challenge', () => {
  test.each([
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      {
        realm: 'https://auth.docker.io/token',
        service: 'registry.docker.io',
        scope: 'repository:a/b:pull,push',
      },
    ],
    ['bearer Realm=https://a/b , service=x', { realm: 'https://a/b', service: 'x' }],
    ['Basic realm="a, b", Bearer realm="c \\"d\\""', { realm: 'c "d"' }],
    ['Bearer realm="a', {}],
    ['Basic realm="a"', null],
    ['', null],
  ])('%s', (challenge, expected) => {
    const parameters = bearerParameters(challenge);
    expect(parameters && Object.fromEntries(parameters)).toEqual(expected);
  });

  test.each([
    'Basic realm="a"',
    'Bearer service="a"',
    'Bearer realm="http://192.0.2.1/token"',
    'Bearer realm="file:///etc/passwd"',
    'Bearer realm="/token"',
  ])('%s leads nowhere', async (challenge) => {
    const headers = { 'www-authenticate': challenge };
    await using server = await startRegistryServer({
      [manifest]: { status: 401, headers },
    });
    await expect(digestOf(server)).rejects.toThrow('not known or not safe');
    expect(server.requests).toHaveLength(1);
  });

  test.each([{}, { token: 'a\nb' }, { token: 1 }])(
    'may bring no token: %j',
    async (body) => {
      await using server = await startHub({ [manifest]: {} });
      server.routes['/token'] = { body };
      await expect(digestOf(server)).rejects.toThrow('answered without a token');
    },
  );
});

describe('the tags of an image', () => {
  const list = '/v2/library/rust/tags/list';

  test('come in pages', async () => {
    await using server = await startHub({
      [list]: {
        headers: { link: `<${list}?n=1000&last=b>; rel="next"` },
        body: { name: 'library/rust', tags: ['a', 'b', 7, '../x'] },
      },
      [`${list}?n=1000&last=b`]: { body: { tags: ['c'] } },
    });
    const asked = endpoints({ 'docker.io': server.url });
    expect(await tagsOf(rust, quickHttp(), asked, signal)).toEqual(new Set('abc'));
  });

  test('without an end are not known', async () => {
    await using server = await startRegistryServer({
      [list]: { headers: { link: `<${list}?n=1>; rel=next` }, body: { tags: null } },
    });
    const asked = endpoints({ 'docker.io': server.url });
    expect(await tagsOf(rust, quickHttp(), asked, signal)).toBeNull();
    expect(server.requests).toHaveLength(20);
  });
});
