import { describe, expect, test } from 'vitest';
import { UnreadableFile } from '../../../src/dependencies/model.ts';
import { parsePackageLock } from '../../../src/dependencies/npm/lockfile.ts';
import { parseNpmManifest } from '../../../src/dependencies/npm/manifest.ts';
import { pathFromRoot } from '../../../src/dependencies/path.ts';
import { shopLock, shopManifest } from './shop.ts';

const manifest = parseNpmManifest(shopManifest, 'package.json');

/** Reads a lockfile of the given packages. */
function parse(packages: object) {
  const text = JSON.stringify({ lockfileVersion: 3, packages });
  return parsePackageLock(text, 'npm-shrinkwrap.json');
}

function parseNested(dependencies: object) {
  const text = JSON.stringify({ lockfileVersion: 1, requires: true, dependencies });
  return parsePackageLock(text, 'package-lock.json');
}

/** The ids that the edges of a package lead to. */
function leads({ packages }: ReturnType<typeof parse>, id: string): string[] {
  return packages.get(id)?.edges.map(({ to }) => to) ?? [];
}

describe('a lockfile', () => {
  test.each([1, 2, 3] as const)('of version %i holds the same packages', (version) => {
    const graph = parsePackageLock(shopLock(version), 'package-lock.json', manifest);
    const locked = [...graph.packages.values()];
    expect(
      locked
        .filter(({ origin }) => origin.kind === 'registry')
        .map(({ name, version }) => `${name}@${version}`)
        .sort(),
    ).toEqual([
      'debug@4.4.3',
      'fsevents@2.3.3',
      'is-number@6.0.0',
      'is-number@7.0.0',
      'is-odd@3.0.1',
      'ms@0.7.3',
      'ms@2.0.0',
      'ms@2.1.3',
      'ws@8.23.0',
    ]);
    expect(graph.packages.get('node_modules/old-ms')).toEqual(
      expect.objectContaining({
        name: 'ms',
        version: '0.7.3',
        origin: {
          kind: 'registry',
          url: 'https://registry.npmjs.org/ms/-/ms-0.7.3.tgz',
        },
        integrity:
          'sha512-lrKNzMWqQZgwJahtrtrM+9NgOoDUveDrVmm5aGXrf3BdtL0mq7X6IVzoZaw+TfNti29eHd1/8GI+h45K5cQ6/w==',
      }),
    );
    const path = pathFromRoot(graph);
    expect(locked.filter(({ id }) => path(id) === null)).toEqual([]);
    expect(path('node_modules/ms')).toEqual([
      '.',
      'node_modules/debug',
      'node_modules/ms',
    ]);
  });

  test.each([2, 3] as const)('of version %i names what is the own', (version) => {
    const graph = parsePackageLock(shopLock(version), 'package-lock.json');
    expect(graph.roots).toEqual(['.', 'lib', 'packages/app']);
    expect(graph.packages.get('packages/app')).toEqual(
      expect.objectContaining({
        name: '@shop/app',
        version: '1.0.0',
        origin: { kind: 'path', path: 'packages/app' },
      }),
    );
    expect(graph.packages.get('.')).toEqual(
      expect.objectContaining({
        name: 'shop',
        engines: '>=20',
        edges: [
          edge('node_modules/fsevents', '^2.3.0', 'runtime', true),
          edge('node_modules/debug', '^4.3.0'),
          edge('lib', 'file:lib'),
          edge('node_modules/old-ms', 'npm:ms@^0.7.0'),
          edge('node_modules/is-odd', '^3.0.0', 'dev'),
        ],
      }),
    );
  });

  test.each([
    [1, 'node_modules/@shop/app', 'node_modules/@shop/app/node_modules/ms'],
    [3, 'packages/app', 'packages/app/node_modules/ms'],
  ] as const)('of version %i leads to the nearest node_modules', (version, app, ms) => {
    const graph = parsePackageLock(shopLock(version), 'package-lock.json', manifest);
    expect(leads(graph, app).sort()).toEqual([ms, 'node_modules/is-number'].sort());
    expect(leads(graph, 'node_modules/is-odd')).toEqual([
      'node_modules/is-odd/node_modules/is-number',
    ]);
  });

  test('may say more of a package', () => {
    const graph = parse({
      'node_modules/a': {
        version: '1.0.0',
        deprecated: 'use b',
        hasInstallScript: true,
        engines: ['node >= 0.8', 'npm'],
      },
      'node_modules/b': { version: '1.0.0', deprecated: '', engines: { npm: '>=7' } },
    });
    expect(graph.packages.get('node_modules/a')).toEqual({
      id: 'node_modules/a',
      name: 'a',
      version: '1.0.0',
      origin: { kind: 'registry', url: null },
      integrity: null,
      edges: [],
      deprecated: 'use b',
      hasInstallScript: true,
      engines: '>= 0.8',
    });
    expect(graph.packages.get('node_modules/b')).not.toHaveProperty('deprecated');
    expect(graph.packages.get('node_modules/b')).not.toHaveProperty('engines');
  });

  test('leads from a package to its peers, and not to those that are missing', () => {
    const graph = parse({
      'node_modules/@s/a': {
        version: '1.0.0',
        peerDependencies: { b: '^1.0.0', c: '^1.0.0', d: '*' },
        peerDependenciesMeta: { b: { optional: true }, c: { optional: true } },
        optionalDependencies: { e: '^1.0.0' },
        devDependencies: { f: '^1.0.0' },
      },
      'node_modules/b': { version: '1.0.0', inBundle: true },
      'node_modules/d': { version: '1.0.0' },
      'node_modules/f': { version: '1.0.0' },
    });
    expect(graph.packages.get('node_modules/@s/a')?.edges).toEqual([
      edge('node_modules/b', '^1.0.0', 'runtime', true),
      edge('node_modules/d', '*'),
    ]);
  });

  test('leads out of a folder beside the project into that alone', () => {
    const graph = parse({
      '': { dependencies: { beside: 'file:../beside' } },
      'node_modules/beside': { resolved: '../beside', link: true },
      '../beside': { version: '1.0.0', dependencies: { a: '1', b: '1' } },
      '../beside/node_modules/a': { version: '1.0.0' },
      'node_modules/a': { version: '1.1.0' },
      'node_modules/b': { version: '1.0.0' },
    });
    expect(leads(graph, '.')).toEqual(['../beside']);
    expect(leads(graph, '../beside')).toEqual(['../beside/node_modules/a']);
    expect(graph.packages.get('../beside')?.name).toBe('beside');
  });

  test.each([
    ['https://registry.npmjs.org/a/-/a-1.0.0.tgz', 'registry'],
    ['git+ssh://git@github.com/o/a.git#0123456789abcdef0123456789abcdef01234567', 'git'],
    ['https://git.example.com/o/a.git#main', 'git'],
    ['github:o/a', 'git'],
    ['file:vendor/a-1.0.0.tgz', 'path'],
  ])('knows where %s is from', (resolved, kind) => {
    const graph = parse({ 'node_modules/a': { version: '1.0.0', resolved } });
    expect(graph.packages.get('node_modules/a')?.origin.kind).toBe(kind);
  });

  test.each([
    [
      'git+ssh://git@github.com/o/a.git#0123456789abcdef0123456789abcdef01234567',
      'git',
      '0123456789abcdef0123456789abcdef01234567',
    ],
    ['https://example.com/a-2.0.0-rc.1.tgz', 'registry', '2.0.0-rc.1'],
    ['https://example.com/latest.tgz', 'registry', ''],
    ['file:vendor/a-1.0.0.tgz', 'path', '1.0.0'],
    ['npm:@s/b@1.2.3', 'registry', '1.2.3'],
  ])('of version 1 has %s in place of a version', (version, kind, expected) => {
    const { packages } = parseNested({ a: { version } });
    const locked = packages.get('node_modules/a');
    expect(locked?.origin.kind).toBe(kind);
    expect(locked?.version).toBe(expected);
    expect(locked?.name).toBe(version.startsWith('npm:') ? '@s/b' : 'a');
  });
});

describe('without a manifest, version 1', () => {
  test('is guessed to depend on what no package asks for', () => {
    const graph = parseNested({
      web: { version: '1.0.0', requires: { shared: '^1.0.0' } },
      shared: { version: '1.0.0' },
      tool: { version: '1.0.0', dev: true, requires: { direct: '1', shared: '1' } },
      // It ships, although only a tool asks for it.
      direct: { version: '1.0.0', requires: { deep: '*' } },
      deep: { version: '1.0.0' },
      loop: { version: '1.0.0', dev: true, requires: { back: '*' } },
      back: { version: '1.0.0', dev: true, requires: { loop: '*' } },
    });
    expect(graph.packages.get('.')?.edges).toEqual([
      edge('node_modules/web', null),
      edge('node_modules/direct', null),
      edge('node_modules/tool', null, 'dev'),
      edge('node_modules/loop', null, 'dev'),
    ]);
  });
});

describe('no lockfile', () => {
  test.each([
    ['nothing', '', 'it is not JSON'],
    [
      'half a merge',
      '{\n<<<<<<< HEAD\n"a": 1\n=======\n',
      'it is not JSON; it has marks of a merge conflict',
    ],
    ['a list', '[]', 'it is JSON, but not an object'],
    [
      'a version to come',
      '{"lockfileVersion": 4, "packages": {}}',
      'its lockfileVersion is none of 1, 2 and 3',
    ],
    [
      'a text as the version',
      '{"lockfileVersion": "3"}',
      'its lockfileVersion is none of 1, 2 and 3',
    ],
    [
      'a list in place of a package',
      '{"lockfileVersion": 3, "packages": {"node_modules/a": []}}',
      '"node_modules/a" is not an object',
    ],
    [
      'a null in place of a package',
      '{"lockfileVersion": 1, "dependencies": {"a": null}}',
      '"node_modules/a" is not an object',
    ],
  ])('is %s', (_, text, message) => {
    const read = () => parsePackageLock(text, 'web/package-lock.json');
    expect(read).toThrow(UnreadableFile);
    expect(read).toThrow(`web/package-lock.json: ${message}`);
  });

  test.each([
    ['{"lockfileVersion": 3, "packages": {}}'],
    ['\uFEFF{"lockfileVersion": 2, "packages": {}}'],
    ['{"lockfileVersion": 1}'],
    ['{}'],
  ])('is not %s, which is merely empty', (text) => {
    const { packages } = parsePackageLock(text, 'package-lock.json');
    expect([...packages.keys()].filter((id) => id !== '.')).toEqual([]);
  });
});

function edge(
  to: string,
  requirement: string | null,
  scope: 'runtime' | 'dev' = 'runtime',
  optional = false,
) {
  return { to, requirement, scope, optional };
}
