import { describe, expect, test } from 'vitest';
import { crateVersions, indexPath } from '../../src/registries/crates-index.ts';
import { publishedCrate } from '../../src/registries/crates-index-line.ts';
import { endpoints } from '../../src/registries/endpoints.ts';
import { startRegistryServer } from '../rig/registry-server.ts';
import { quickHttp, signal } from './quick-http.ts';

/** Lines of the index of crates.io, shortened. */
const serde =
  '{"name":"serde","vers":"1.0.171","deps":[{"name":"serde_derive","req":"=1.0.171","features":[],"optional":true,"default_features":true,"target":null,"kind":"normal"},{"name":"serde_derive","req":"^1.0","features":[],"optional":false,"default_features":true,"target":null,"kind":"dev"}],"cksum":"30e27d1e4fd7659406c492fd6cfaf2066ba8773de45ca75e855590f856dc34a9","features":{"alloc":[],"default":["std"],"derive":["serde_derive"],"std":[]},"yanked":false,"rust_version":"1.19","pubtime":"2023-07-10T01:05:26Z"}';
const tokio =
  '{"name": "tokio", "vers": "1.48.0", "deps": [{"name": "mio", "req": "^1.0.1", "features": ["os-poll", "os-ext"], "optional": true, "default_features": false, "target": "cfg(all(tokio_unstable, target_os = \\"linux\\"))", "kind": "normal"}], "cksum": "ff360e02eab121e0bc37a2d3b4d4dc622e6eda3a8e5253d5435ecf5bd4c68408", "features": {"net": ["libc"]}, "features2": {"io-uring": ["dep:io-uring", "libc"], "net": ["mio/net"]}, "yanked": true, "rust_version": "1.71", "pubtime": "2025-10-14T09:32:39Z", "v": 2}';

test.each([
  ['a', '1/a'],
  ['ab', '2/ab'],
  ['Abc', '3/a/abc'],
  ['cargo', 'ca/rg/cargo'],
  ['Inflector', 'in/fl/inflector'],
])('%s stands at %s', (name, path) => {
  expect(indexPath(name)).toBe(path);
});

test('a line tells of a version', () => {
  expect(publishedCrate(serde)).toEqual({
    version: '1.0.171',
    yanked: false,
    deprecated: null,
    publishedAt: '2023-07-10T01:05:26Z',
    needs: '1.19',
    integrity: '30e27d1e4fd7659406c492fd6cfaf2066ba8773de45ca75e855590f856dc34a9',
    hasInstallScript: false,
    dependencies: [
      {
        alias: 'serde_derive',
        package: 'serde_derive',
        requirement: '=1.0.171',
        scope: 'runtime',
        optional: true,
        features: [],
        defaultFeatures: true,
        target: null,
      },
      {
        alias: 'serde_derive',
        package: 'serde_derive',
        requirement: '^1.0',
        scope: 'dev',
        optional: false,
        features: [],
        defaultFeatures: true,
        target: null,
      },
    ],
    features: { alloc: [], default: ['std'], derive: ['serde_derive'], std: [] },
  });
});

test('a line may have spaces, features of a new syntax, and a target with quotes', () => {
  const published = publishedCrate(tokio);
  expect(published).toMatchObject({ version: '1.48.0', yanked: true, needs: '1.71' });
  expect(published?.features).toEqual({
    net: ['libc', 'mio/net'],
    'io-uring': ['dep:io-uring', 'libc'],
  });
  expect(published?.dependencies[0]).toMatchObject({
    defaultFeatures: false,
    target: 'cfg(all(tokio_unstable, target_os = "linux"))',
  });
});

test('a renamed dependency has two names', () => {
  const line = JSON.stringify({
    vers: '1.0.0',
    deps: [{ name: 'tls', package: 'rustls', req: '^0.23', kind: 'build' }],
  });
  const [dependency] = publishedCrate(line)?.dependencies ?? [];
  expect(dependency).toMatchObject({ alias: 'tls', package: 'rustls', scope: 'build' });
});

describe('a hostile line', () => {
  test.each([
    ['of a format not known', '{"vers":"1.0.0","v":3}'],
    ['without a version', '{"name":"a","deps":[]}'],
    ['that breaks off', '{"name":"a","vers":"1.0.0","deps":['],
    ['that is something else', '"vers":"1.0.0"'],
    ['that is empty', ''],
  ])('%s is left out', (_, line) => {
    expect(publishedCrate(line)).toBeNull();
  });

  test('cannot say in a string or in a feature what is a field', () => {
    const line = JSON.stringify({
      vers: '1.0.0',
      yanked: true,
      features: { yanked: ['x'], vers: ['9.9.9'], v: ['9'], __proto__x: [] },
      links: '"yanked":false,"vers":"6.6.6","v":9',
    });
    expect(publishedCrate(line)).toMatchObject({ version: '1.0.0', yanked: true });
  });

  test('has no features of the names that every object has', () => {
    const line =
      '{"vers":"1.0.0","deps":[null,3,{"req":1},{"name":"a"}],"features":{"__proto__":["x"],"a":"b","c":[1,"d"]}}';
    const published = publishedCrate(line);
    expect(published?.features['constructor']).toBeUndefined();
    expect(Object.entries(published?.features ?? {})).toEqual([
      ['__proto__', ['x']],
      ['a', []],
      ['c', ['d']],
    ]);
    expect(published?.dependencies).toMatchObject([{ alias: 'a', requirement: '*' }]);
  });

  test('that is broken within has neither dependencies nor features', () => {
    const published = publishedCrate('{"vers":"1.0.0","deps":[{]}');
    expect(published).toMatchObject({ version: '1.0.0', dependencies: [], features: {} });
  });
});

describe('the index', () => {
  test('has every version of a crate', async () => {
    await using server = await startRegistryServer({
      '/se/rd/serde': { body: `${serde}\r\n\n{"vers":"2.0.0","v":3}\n${tokio}\n` },
    });
    const asked = endpoints({ 'crates.io': server.url });
    const published = await crateVersions('Serde', quickHttp(), asked, signal);
    expect(published).toMatchObject({
      name: 'Serde',
      latest: null,
      versions: [{ version: '1.0.171' }, { version: '1.48.0' }],
    });
  });

  test.each([404, 410, 451])(
    'answers %i of a crate that is not there',
    async (status) => {
      await using server = await startRegistryServer({ '/3/a/abc': { status } });
      const asked = endpoints({ 'crates.io': server.url });
      expect(await crateVersions('abc', quickHttp(), asked, signal)).toBeNull();
      expect(server.requests).toHaveLength(1);
    },
  );

  test.each(['', '..', 'a/../b', 'a b', 'é', 'a?b', 'a'.repeat(65)])(
    'is not asked for %j',
    async (name) => {
      await using server = await startRegistryServer({});
      const asked = endpoints({ 'crates.io': server.url });
      expect(await crateVersions(name, quickHttp(), asked, signal)).toBeNull();
      expect(server.requests).toEqual([]);
    },
  );

  test.each([
    [{ status: 403 }, /answered 403 \(asked for \/3\/a\/abc\)/],
    [{ body: '<html>sign in</html>' }, /answered no line of an index for abc/],
  ])('that answers %o has failed', async (route, message) => {
    await using server = await startRegistryServer({ '/3/a/abc': route });
    const asked = endpoints({ 'crates.io': server.url });
    await expect(crateVersions('abc', quickHttp(), asked, signal)).rejects.toThrow(
      message,
    );
  });
});
