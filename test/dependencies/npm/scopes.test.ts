import { describe, expect, test } from 'vitest';
import { parsePackageLock } from '../../../src/dependencies/npm/lockfile.ts';
import { parseNpmManifest } from '../../../src/dependencies/npm/manifest.ts';
import { npmScopes } from '../../../src/dependencies/npm/scopes.ts';
import { shopLock, shopManifest } from './shop.ts';

/** The ids of what only development needs. */
function devOf(text: string, isBundled = false): string[] {
  const manifest = parseNpmManifest(shopManifest, 'package.json');
  const graph = parsePackageLock(text, 'package-lock.json', manifest);
  const scopes = npmScopes(graph, { isBundled });
  expect([...scopes.keys()]).toEqual([...graph.packages.keys()]);
  return [...scopes].filter(([, scope]) => scope === 'dev').map(([id]) => id);
}

const odd = ['node_modules/is-odd', 'node_modules/is-odd/node_modules/is-number'];

describe('the scope of a package', () => {
  test.each([
    // Version 1 does not tell what of a folder's dependencies are for development.
    [1, odd],
    [2, ['node_modules/is-number', ...odd]],
    [3, ['node_modules/is-number', ...odd]],
  ] as const)('is that by which npm marks it, in version %i', (version, expected) => {
    expect(devOf(shopLock(version))).toEqual(expected);
    expect(devOf(shopLock(version), true)).toEqual([]);
  });

  test.each([
    ['dev, of dev', { devDependencies: { a: '*' } }, {}, ['a', 'b']],
    [
      'runtime, beside dev',
      { devDependencies: { a: '*' }, dependencies: { b: '*' } },
      {},
      ['a'],
    ],
    [
      'runtime, if it is listed as both',
      { devDependencies: { a: '*' }, dependencies: { a: '*' } },
      {},
      [],
    ],
    ['runtime, if optional', { optionalDependencies: { a: '*' } }, {}, []],
    ['runtime, if a peer', { peerDependencies: { a: '*' } }, {}, []],
    [
      'runtime, by a workspace',
      { devDependencies: { a: '*' } },
      { dependencies: { b: '*' } },
      ['a'],
    ],
    [
      'dev, by a workspace',
      { dependencies: { b: '*' } },
      { devDependencies: { a: '*' } },
      ['a'],
    ],
    ['runtime, where nothing leads', {}, {}, []],
  ])('is %s', (_, root, workspace, expected) => {
    const packages = {
      '': root,
      'packages/w': workspace,
      'node_modules/w': { link: true, resolved: 'packages/w' },
      // What counts are the edges: a mark may be out of date, or be set to hide something.
      'node_modules/a': { version: '1.0.0', dev: true, dependencies: { b: '*' } },
      'node_modules/b': { version: '1.0.0', dev: true },
    };
    const ids = expected.map((name) => `node_modules/${name}`);
    expect(devOf(JSON.stringify({ lockfileVersion: 3, packages }))).toEqual(ids);
  });
});
