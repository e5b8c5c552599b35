import { describe, expect, test } from 'vitest';
import { activate } from '../../../src/dependencies/cargo/activation.ts';
import { parseCargoLock } from '../../../src/dependencies/cargo/lockfile.ts';
import { parseCargoManifest } from '../../../src/dependencies/cargo/manifest.ts';
import { parseToml } from '../../../src/dependencies/cargo/toml.ts';
import { workspaceOf } from '../../../src/dependencies/cargo/workspace.ts';
import { UnreadableFile } from '../../../src/dependencies/model.ts';
import { publishedAs } from './locked-crates.ts';

const source = 'source = "registry+https://github.com/rust-lang/crates.io-index"';

function parse(text: string) {
  return parseCargoLock(text, 'Cargo.lock');
}

function lockText(name: string, dependencies: readonly string[], origin = source) {
  const list = dependencies.map((one) => ` "${one}",\n`).join('');
  return `[[package]]\nname = "${name}"\nversion = "1.0.0"\n${origin}\ndependencies = [\n${list}]\n`;
}

function manifest(text: string) {
  return parseCargoManifest(
    `[package]\nname = "app"\nversion = "1.0.0"\n${text}`,
    'Cargo.toml',
  );
}

function names(count: number, prefix = 'c'): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`);
}

const deep = 100_000;
const nested = [
  ['lists', `a = ${'['.repeat(deep)}${']'.repeat(deep)}`],
  ['lists that never end', `a = ${'['.repeat(deep)}`],
  ['tables', `a = ${'{a='.repeat(deep)}1${'}'.repeat(deep)}`],
] as const;

describe('TOML that is nested deep', () => {
  test.each(nested)('in %s is not read', (_, text) => {
    const files = new Map([
      ['Cargo.toml', `[workspace]\nmembers = ["*"]\n[package]\nname = "app"`],
      ['a/Cargo.toml', text],
      ['rust-toolchain.toml', text],
    ]);
    expect(() => parse(text)).toThrow(UnreadableFile);
    expect(() => parseCargoManifest(text, 'Cargo.toml')).toThrow(UnreadableFile);
    const { members, problems } = workspaceOf('Cargo.lock', files);
    expect(members.map(({ name }) => name)).toEqual(['app']);
    expect(problems).toHaveLength(2);
    for (const { message } of problems) expect(message.length).toBeLessThan(300);
  });

  test.each([
    ['a key', `${'a.'.repeat(deep)}a = 1`],
    ['a header', `[${'a.'.repeat(deep)}a]\nb = 1`],
    ['the header of a list', `[[${'a.'.repeat(deep)}a]]\nb = 1`],
  ])('by the dots of %s breaks nothing', (_, text) => {
    expect(parse(text).packages.size).toBe(0);
    expect(parseCargoManifest(text, 'Cargo.toml').name).toBeNull();
    const inTables = `${'dependencies.a.'.repeat(deep)}x = 1\n`;
    expect(parseCargoManifest(inTables, 'Cargo.toml').dependencies).toHaveLength(1);
  });
});

describe('a hostile lockfile', () => {
  test.each([
    ['name', 'with a line', 'a\\n::error::b'],
    ['name', 'with a space', 'a b'],
    ['name', 'of nothing', ''],
    ['name', 'with Markdown', '`a`'],
    ['name', 'that is a path', '../a'],
    ['name', 'without end', 'a'.repeat(100_000)],
    ['version', 'with a line', '1.0.0\\r\\n'],
    ['version', 'of one number', '1'],
    ['version', 'without end', `1.0.0-${'a'.repeat(100_000)}`],
    ['source', 'with a space', 'git+https://example.org/a b'],
    ['source', 'with colours', 'registry+https://example.org/\\u001b[31m'],
    ['source', 'without end', 'x'.repeat(100_000)],
    ['checksum', 'that turns the writing', '\\u202e'],
  ])('may not have a %s %s', (field, _, value) => {
    const fields = { name: 'a', version: '1.0.0', source: 'git+x', checksum: '0' };
    const lines = Object.entries({ ...fields, [field]: value });
    const text = lines.map(([key, one]) => `${key} = "${one}"\n`).join('');
    try {
      parse(`[[package]]\n${text}`);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UnreadableFile);
      expect(String(error)).toMatch(/^[^\p{C}]{1,300}$/u);
    }
  });

  test('may not hide control characters in what its messages quote', () => {
    const escapes = '\\u001b[31m\\n::error::\\u202e';
    for (const text of [
      lockText('a', [`b${escapes}`]),
      `version = "${escapes}"`,
      lockText('a', []).replace('1.0.0', escapes),
      `"${escapes}" = 1\n"${escapes}" = 1`,
    ]) {
      expect(() => parse(text)).toThrow(/^[^\p{C}]{1,300}$/u);
    }
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'may call a package, a key or a feature %s',
    (name) => {
      const graph = parse(
        `[${name}]\nx = 1\n${lockText('app', [name], '')}${lockText(name, ['b'])}${lockText('b', [])}`,
      );
      expect([...graph.packages.values()].map((one) => one.name)).toEqual([
        ...['app', name, 'b'],
      ]);
      const app = manifest(
        `[dependencies]\n${name} = { version = "1", features = ["${name}"] }
         [features]\n${name} = ["${name}/${name}"]\n[target.${name}.dependencies]`,
      );
      const crate = manifest(
        `[features]\n${name} = ["b"]\n[dependencies]\nb = { version = "1", optional = true }`,
      );
      const published = () => publishedAs(crate);
      const { compiled } = activate(graph, [app], published);
      expect(compiled.size).toBe(3);
      const files = new Map([
        ['Cargo.toml', `[workspace]\nmembers = ["${name}"]\n[workspace.${name}]`],
        [`${name}/Cargo.toml`, `[package]\nname = "${name}"`],
      ]);
      expect(workspaceOf('Cargo.lock', files).members[0]?.name).toBe(name);
      expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    },
  );

  test('may not have more packages than anybody', () => {
    expect(() => parse('[[package]]\n'.repeat(100_001))).toThrow(
      'it has 100001 packages',
    );
  });

  test('may not be larger than 32 MiB, and may have nearly that', () => {
    const comment = `# ${'x'.repeat(98)}\n`;
    const large = comment.repeat(300_000) + lockText('a', []);
    expect(parse(large).packages.size).toBe(1);
    expect(() => parse(comment.repeat(340_000))).toThrow('larger than 32 MiB');
    expect(() => parseToml(comment.repeat(340_000), 'Cargo.toml')).toThrow(
      UnreadableFile,
    );
  });

  test('may have 50,000 packages, each of which asks for the next', () => {
    const all = names(50_000);
    const text = all
      .map((name, at) => lockText(name, at + 1 < all.length ? [`c${at + 1}`] : ['c0']))
      .join('');
    const graph = parse(text + lockText('app', ['c0'], ''));
    const { compiled, scopes } = activate(graph, [], () => undefined);
    expect(compiled.size).toBe(50_001);
    expect(scopes.size).toBe(50_001);
    const known = activate(
      graph,
      [manifest('[dependencies]\nc0 = "1"')],
      (_, version) => ({
        ...publishedAs(manifest('')),
        version,
      }),
    );
    expect(known.compiled.size).toBe(50_001);
  });

  test('may ask 100,000 times', () => {
    const all = names(50_000);
    const app = lockText('app', [...all, ...all], '');
    const graph = parse(app + all.map((name) => lockText(name, ['app'])).join(''));
    const dependencies = all.map((name) => `${name} = "1"\n`).join('');
    const members = [manifest(`[dependencies]\n${dependencies}`)];
    expect(activate(graph, members, () => undefined).compiled.size).toBe(50_001);
    expect(activate(graph, [], () => undefined).compiled.size).toBe(50_001);
  });

  test('may ask for all of a crate with many features from everywhere', () => {
    const all = names(10_000);
    const features = names(10_000, 'f');
    const graph = parse(
      lockText('app', ['many'], '') +
        lockText('many', []) +
        all.map((name) => lockText(name, ['many'], '')).join(''),
    );
    const many = publishedAs(
      manifest(
        `[features]\n${features.map((one, at) => `${one} = ["f${at + 1}"]\n`).join('')}`,
      ),
    );
    const published = (name: string) => (name === 'many' ? many : undefined);
    expect(activate(graph, [], published).compiled.size).toBe(10_002);
  });

  test('may have as many versions of one crate as it likes', () => {
    const versions = names(3_000, '');
    const packages = versions.map((one) =>
      lockText('b', []).replace('1.0.0', `1.0.${one}`),
    );
    const app = lockText(
      'app',
      versions.map((one) => `b 1.0.${one}`),
      '',
    );
    const graph = parse(app + packages.join(''));
    const aliases = names(3_000, 'alias')
      .map((alias) => `${alias} = { package = "b", version = "1", features = ["x"] }\n`)
      .join('');
    const members = [manifest(`[dependencies]\n${aliases}`)];
    const activation = activate(graph, members, () => undefined);
    expect(activation.compiled.size).toBe(3_001);
    expect(activation.graph.packages.get('app 1.0.0')?.edges.length).toBeLessThan(
      100_000,
    );
  });
});

describe('a hostile manifest', () => {
  test('may have features and weak features without end', () => {
    const aliases = names(2_000, 'alias');
    const app = manifest(
      `[dependencies]\n${aliases.map((one) => `${one} = { package = "b", version = "1", optional = true }\n`).join('')}
       [features]\n${aliases.map((one, at) => `f${at} = ["${one}?/x${at}", "${one}/y${at}", "f${at + 1}"]\n`).join('')}`,
    );
    const graph = parse(lockText('app', ['b'], '') + lockText('b', ['app']));
    expect(activate(graph, [app], () => undefined).compiled.size).toBe(2);
  });

  test('may not have dependencies for more platforms than there are', () => {
    const targets = names(501, 't')
      .map((one) => `[target.${one}.dependencies]\n`)
      .join('');
    expect(() => manifest(targets)).toThrow(UnreadableFile);
  });

  test('may not list more patterns of members than anybody, and may list slow ones', () => {
    const files = new Map([
      ...names(2_000).map((name): [string, string] => [
        `${'a/'.repeat(100)}${name}/Cargo.toml`,
        `[package]\nname = "${name}"`,
      ]),
    ]);
    const read = (patterns: readonly string[]) =>
      workspaceOf(
        'Cargo.lock',
        new Map([
          ...files,
          ['Cargo.toml', `[workspace]\nmembers = ${JSON.stringify(patterns)}`],
        ]),
      );
    expect(read(['**/*/'.repeat(90).concat('b')]).members).toEqual([]);
    expect(read(['*a*'.repeat(100)]).members).toEqual([]);
    const { members, problems } = read(names(1_000, '*/'));
    expect(members).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      'Cargo.toml: its workspace lists 1000 patterns of members',
    ]);
  });

  test('may lead out of the repository, and to itself', () => {
    const files = new Map([
      [
        'Cargo.toml',
        `[workspace]\nmembers = ["../..", "/etc", ".", ""]\n[package]\nname = "app"
         workspace = "../x"\n[dependencies]\na = { path = "../../../a" }\nb = { path = "/b" }\nc = { path = "." }`,
      ],
    ]);
    const { members, problems } = workspaceOf('Cargo.lock', files);
    expect(members.map(({ name }) => name)).toEqual(['app']);
    expect(problems).toEqual([]);
  });
});
