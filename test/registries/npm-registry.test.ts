import { describe, expect, test } from 'vitest';
import { endpoints } from '../../src/registries/endpoints.ts';
import { type NpmQuestion, npmVersions } from '../../src/registries/npm-registry.ts';
import { type Routes, startRegistryServer } from '../rig/registry-server.ts';
import { quickHttp, signal } from './quick-http.ts';

const abbreviatedType = 'application/vnd.npm.install-v1+json';

/** As the npm registry answers, shortened. */
const esbuild = {
  'dist-tags': { latest: '0.28.2' },
  versions: {
    '0.28.2': {
      name: 'esbuild',
      version: '0.28.2',
      dist: { integrity: 'sha512-HKVLS8dvII==' },
      engines: { node: '>=18' },
      optionalDependencies: { '@esbuild/linux-x64': '0.28.2' },
    },
  },
};
const abbreviated = {
  name: 'esbuild',
  modified: '2026-11-01T10:00:00.000Z',
  ...esbuild,
  versions: { '0.28.2': { ...esbuild.versions['0.28.2'], hasInstallScript: true } },
};
const whole = {
  _id: 'esbuild',
  ...esbuild,
  time: { modified: '2026-11-01T10:00:00.000Z', '0.28.2': '2026-10-31T10:00:00.000Z' },
  versions: {
    '0.28.2': {
      ...esbuild.versions['0.28.2'],
      scripts: { postinstall: 'node install.js' },
    },
  },
};

/** Answers in the form that is asked for, as the npm registry does. */
const publicRegistry: Routes = {
  '/esbuild': ({ headers }) =>
    headers.accept?.includes(abbreviatedType)
      ? { headers: { 'content-type': abbreviatedType }, body: abbreviated }
      : { body: whole },
};

async function ask(
  routes: Routes,
  name = 'esbuild',
  question: NpmQuestion = { needsTimes: false },
) {
  await using server = await startRegistryServer(routes);
  const asked = endpoints({ npm: server.url });
  const published = await npmVersions(name, quickHttp(), asked, signal, question);
  return { published, paths: server.requests.map(({ path }) => path) };
}

const esbuildVersion = {
  version: '0.28.2',
  yanked: false,
  deprecated: null,
  publishedAt: null,
  needs: '>=18',
  integrity: 'sha512-HKVLS8dvII==',
  hasInstallScript: true,
  dependencies: [
    {
      alias: '@esbuild/linux-x64',
      package: '@esbuild/linux-x64',
      requirement: '0.28.2',
      scope: 'runtime',
      optional: true,
      features: [],
      defaultFeatures: true,
      target: null,
    },
  ],
  features: {},
  manifest: { optionalDependencies: { '@esbuild/linux-x64': '0.28.2' } },
};

describe('of a package', () => {
  test('the short form is enough without times', async () => {
    const { published, paths } = await ask(publicRegistry);
    expect(published).toEqual({
      name: 'esbuild',
      latest: '0.28.2',
      versions: [esbuildVersion],
    });
    expect(paths).toEqual(['/esbuild']);
  });

  test('the whole form has the times', async () => {
    const { published, paths } = await ask(publicRegistry, 'esbuild', {
      needsTimes: true,
    });
    const publishedAt = '2026-10-31T10:00:00.000Z';
    expect(published?.versions).toEqual([{ ...esbuildVersion, publishedAt }]);
    expect(paths).toHaveLength(2);
  });

  test.each([
    ['2026-11-01T10:00:01Z', '2026-11-01T10:00:00.000Z', 1],
    ['2026-11-01T09:59:59Z', '2026-10-31T10:00:00.000Z', 2],
  ])(
    'nothing of which is newer than %s the last change is %s',
    async (before, publishedAt, requests) => {
      const question = { needsTimes: true, matureBefore: new Date(before) };
      const { published, paths } = await ask(publicRegistry, 'esbuild', question);
      expect(published?.versions).toMatchObject([{ publishedAt }]);
      expect(paths).toHaveLength(requests);
    },
  );

  test('the only form of a mirror is the whole one', async () => {
    const { published, paths } = await ask({ '/esbuild': { body: whole } }, 'esbuild', {
      needsTimes: true,
    });
    const publishedAt = '2026-10-31T10:00:00.000Z';
    expect(published?.versions).toEqual([{ ...esbuildVersion, publishedAt }]);
    expect(paths).toHaveLength(1);
  });

  test.each([
    ['has no times', { '/esbuild': { body: esbuild } }, 1],
    [
      'loses the whole form',
      {
        '/esbuild': ({ headers }) =>
          headers.accept?.includes(abbreviatedType)
            ? { body: abbreviated }
            : { status: 500 },
      } satisfies Routes,
      4,
    ],
  ])('times are not known where the registry %s', async (_, routes: Routes, requests) => {
    const { published, paths } = await ask(routes, 'esbuild', { needsTimes: true });
    expect(published?.versions).toMatchObject([{ version: '0.28.2', publishedAt: null }]);
    expect(paths).toHaveLength(requests);
  });
});

test.each([
  [{}, {}],
  [{ deprecated: 'use b' }, { deprecated: 'use b' }],
  [{ deprecated: '' }, { deprecated: null }],
  [{ deprecated: true }, { deprecated: 'deprecated' }],
  [{ gypfile: true }, { hasInstallScript: true }],
  [{ scripts: { preinstall: 'x' } }, { hasInstallScript: true }],
  [{ scripts: { prepare: 'x', install: '' } }, { hasInstallScript: false }],
  [
    { scripts: 'x', engines: ['node'], dist: null },
    { needs: null, integrity: null },
  ],
  [
    {
      dependencies: { a: '^1', b: 'npm:@x/c@^2', d: 3 },
      optionalDependencies: { a: '^1' },
    },
    {
      dependencies: [
        { alias: 'a', package: 'a', optional: true },
        { alias: 'b', package: '@x/c', requirement: '^2', optional: false },
      ],
    },
  ],
])('the manifest %j', async (manifest, expected) => {
  const body = { versions: { '1.0.0': manifest } };
  const { published } = await ask({ '/a': { body } }, 'a');
  expect(published?.versions).toMatchObject([{ version: '1.0.0', ...expected }]);
});

test('a scope and its package are one segment of the path', async () => {
  const { published, paths } = await ask(
    { '/@types%2Fnode': { body: { versions: {} } } },
    '@types/node',
  );
  expect(published).toEqual({ name: '@types/node', versions: [], latest: null });
  expect(paths).toEqual(['/@types%2Fnode']);
});

test.each(['..', '../a', '@a/..', '-/npm/v1/user/../x', 'a?b', '@/a', '', 'a b'])(
  'no registry is asked for %j',
  async (name) => {
    expect(await ask({}, name)).toEqual({ published: null, paths: [] });
  },
);

test('of a package that is not there nothing is known', async () => {
  expect((await ask({})).published).toBeNull();
});

test.each([
  [{ status: 401 }, /answered 401 \(asked for \/esbuild\)/],
  [{ body: '<html>' }, /something that is not JSON/],
  [{ body: '[]' }, /JSON that is not an object/],
])('a registry that answers %o has failed', async (route, message) => {
  await expect(ask({ '/esbuild': route })).rejects.toThrow(message);
});

test('a hostile packument does no harm', async () => {
  const body =
    '{"dist-tags":{"latest":1},"versions":{"__proto__":{"deprecated":"x"},"1.0.0":null,"2.0.0":[]},"time":{"__proto__":"2020"}}';
  const { published } = await ask({ '/esbuild': { body } });
  expect(published?.latest).toBeNull();
  expect(published?.versions).toMatchObject([
    { version: '__proto__', publishedAt: '2020' },
  ]);
});
