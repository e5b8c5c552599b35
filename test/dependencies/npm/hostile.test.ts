import { describe, expect, test } from 'vitest';
import { UnreadableFile } from '../../../src/dependencies/model.ts';
import { parsePackageLock } from '../../../src/dependencies/npm/lockfile.ts';
import { npmScopes } from '../../../src/dependencies/npm/scopes.ts';

function read(text: string) {
  const graph = parsePackageLock(text, 'package-lock.json');
  npmScopes(graph, { isBundled: false });
  return graph;
}

function readPackages(packages: string) {
  return read(`{"lockfileVersion": 3, "packages": {${packages}}}`);
}

const megabyte = 'x'.repeat(1024 ** 2);

describe('a hostile lockfile', () => {
  test.each([
    [
      'version 1 nested 50,000 deep',
      `{"dependencies": ${'{"a": {"dependencies": '.repeat(50_000)}{}${'}}'.repeat(50_000)}}`,
      'nested more than 256 folders deep',
    ],
    [
      'a path of 100,000 folders',
      `{"packages": {"${'a/'.repeat(100_000)}node_modules/b": {}}}`,
      'nested more than 256 folders deep',
    ],
    [
      'a name of a megabyte',
      `{"packages": {"node_modules/${megabyte}": {}}}`,
      'a text of 1048589 characters',
    ],
    [
      'a version of a megabyte',
      `{"packages": {"node_modules/a": {"version": "${megabyte}"}}}`,
      'a text of 1048576 characters',
    ],
    [
      'a range of a megabyte',
      `{"packages": {"": {"dependencies": {"a": "${megabyte}"}}}}`,
      'a text of 1048576 characters',
    ],
    ['more than 32 MiB', ' '.repeat(33 * 1024 ** 2), 'larger than 32 MiB'],
    ['a package without a name', '{"packages": {"node_modules/": {}}}', 'has no name'],
    [
      'two packages with one id',
      '{"packages": {"": {}, ".": {}}}',
      '"." stands in it twice',
    ],
  ])('with %s is not read', (_, text, message) => {
    expect(() => read(text)).toThrow(UnreadableFile);
    expect(() => read(text)).toThrow(message);
    try {
      read(text);
    } catch (error) {
      expect(String(error).length).toBeLessThan(200);
    }
  });

  test('may nest what is not read as deep as it likes', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const { packages } = readPackages(
      `"node_modules/a": {"version": "1.0.0", "bin": ${deep}}`,
    );
    expect(packages.get('node_modules/a')?.version).toBe('1.0.0');
  });

  test('may name packages like what every object has', () => {
    const { packages } = readPackages(`
      "": {"dependencies": {"__proto__": "1", "constructor": "1", "toString": "1"}},
      "node_modules/__proto__": {
        "version": "1.0.0",
        "__proto__": {"version": "6.6.6", "deprecated": "never"},
        "peerDependencies": {"constructor": "*", "hasOwnProperty": "*"},
        "peerDependenciesMeta": {"__proto__": {"constructor": {"optional": true}}}
      },
      "node_modules/constructor": {"__proto__": {"version": "6.6.6"}}`);
    expect(packages.get('.')?.edges.map(({ to }) => to)).toEqual([
      'node_modules/__proto__',
      'node_modules/constructor',
    ]);
    expect(packages.get('node_modules/__proto__')).toEqual(
      expect.objectContaining({ name: '__proto__', version: '1.0.0' }),
    );
    expect(packages.get('node_modules/__proto__')?.edges).toEqual([
      expect.objectContaining({ to: 'node_modules/constructor', optional: false }),
    ]);
    expect(packages.get('node_modules/constructor')?.version).toBe('');
    const nested = read('{"dependencies": {"__proto__": {"version": "1.0.0"}}}');
    expect(nested.packages.get('node_modules/__proto__')?.version).toBe('1.0.0');
  });

  test('gives control characters back as they are, and hides none in its messages', () => {
    const { packages } = readPackages(
      '"node_modules/a\\r\\n::error::b": {"version": "1"}',
    );
    expect([...packages.values()].map(({ name }) => name)).toEqual(['a\r\n::error::b']);
    expect(() => readPackages('"node_modules/a\\r\\n::error::b": 1')).toThrow(
      '"node_modules/a\\r\\n::error::b" is not an object',
    );
  });

  test('may link in circles and to nowhere', () => {
    const { packages, roots } = readPackages(`
      "": {"dependencies": {"a": "file:b", "c": "file:c", "gone": "file:gone", "self": "file:."}},
      "node_modules/a": {"resolved": "node_modules/b", "link": true},
      "node_modules/b": {"resolved": "node_modules/a", "link": true},
      "node_modules/c": {"resolved": "node_modules/c", "link": true},
      "node_modules/gone": {"resolved": "gone", "link": true},
      "node_modules/nothing": {"link": true},
      "node_modules/self": {"resolved": "", "link": true}`);
    expect(roots).toEqual(['.']);
    expect([...packages.keys()]).toEqual(['.']);
    expect(packages.get('.')?.edges.map(({ to }) => to)).toEqual(['.']);
  });

  test('may have what is no text where one belongs', () => {
    const { packages } = readPackages(`
      "": {"name": 1, "dependencies": {"a": 1, "b": null}, "devDependencies": ["a"]},
      "node_modules/a": {"version": {}, "resolved": [], "integrity": 5, "engines": "x"},
      "node_modules/b": {"peerDependencies": {"a": "*"}, "peerDependenciesMeta": "x"}`);
    expect(packages.get('.')?.edges).toEqual([]);
    expect(packages.get('node_modules/a')).toEqual({
      id: 'node_modules/a',
      name: 'a',
      version: '',
      origin: { kind: 'registry', url: null },
      integrity: null,
      edges: [],
    });
  });

  test('costs no more than its size, however its packages ask for each other', () => {
    const names = Array.from({ length: 300 }, (_, at) => `p${at}`);
    const all = names.map((name) => `"${name}": "*"`).join();
    const listed = names.map(
      (name) => `"node_modules/${name}": {"dependencies": {${all}}}`,
    );
    const { packages } = readPackages(listed.join());
    expect(packages.get('node_modules/p0')?.edges).toHaveLength(300);
  });
});
