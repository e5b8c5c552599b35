import { describe, expect, test } from 'vitest';
import { UnreadableFile } from '../../../src/dependencies/model.ts';
import {
  npmManifestOf,
  parseNpmManifest,
} from '../../../src/dependencies/npm/manifest.ts';
import { shopManifest } from './shop.ts';

describe('a package.json', () => {
  test('gives what a lockfile may lack', () => {
    const manifest = parseNpmManifest(shopManifest, 'package.json');
    expect(manifest).toEqual({
      path: 'package.json',
      name: 'shop',
      version: '1.0.0',
      engines: '>=20',
      workspaces: ['packages/*'],
      directDependencies: [
        direct('fsevents', '^2.3.0', 'optionalDependencies', 'runtime', true),
        direct('debug', '^4.3.0', 'dependencies'),
        direct('old-ms', 'npm:ms@^0.7.0', 'dependencies'),
        direct('lib', 'file:lib', 'dependencies'),
        direct('is-odd', '^3.0.0', 'devDependencies', 'dev'),
      ],
    });
  });

  test('counts a dependency once, as what ships most', () => {
    const text = JSON.stringify({
      workspaces: { packages: ['a', 1] },
      dependencies: { a: '1', b: '1' },
      devDependencies: { a: '2', c: '2' },
      optionalDependencies: { b: '3' },
      peerDependencies: { c: '4', d: '4' },
      peerDependenciesMeta: { c: { optional: true }, d: { optional: true } },
    });
    const { directDependencies, workspaces } = parseNpmManifest(text, 'package.json');
    expect(directDependencies).toEqual([
      direct('b', '3', 'optionalDependencies', 'runtime', true),
      direct('a', '1', 'dependencies'),
      direct('c', '2', 'devDependencies', 'dev'),
      direct('d', '4', 'peerDependencies', 'runtime', true),
    ]);
    expect(workspaces).toEqual(['a']);
  });

  test.each([
    ['package-lock.json', 'root'],
    ['web/npm-shrinkwrap.json', 'web'],
    ['api/package-lock.json', undefined],
  ])('is the one beside %s', (lockfile, name) => {
    const files = new Map([
      ['package.json', '{"name": "root"}'],
      ['web/package.json', '{"name": "web"}'],
    ]);
    expect(npmManifestOf(lockfile, files)?.name).toBe(name);
  });

  test('that cannot be read is an error', () => {
    const files = new Map([['web/package.json', '{']]);
    expect(() => npmManifestOf('web/package-lock.json', files)).toThrow(UnreadableFile);
  });
});

function direct(
  name: string,
  requirement: string,
  table: string,
  scope = 'runtime',
  optional = false,
) {
  return { name, requirement, table, scope, optional };
}
