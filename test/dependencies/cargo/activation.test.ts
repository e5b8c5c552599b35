import { describe, expect, test } from 'vitest';
import { activate } from '../../../src/dependencies/cargo/activation.ts';
import { parseCargoLock } from '../../../src/dependencies/cargo/lockfile.ts';
import { parseCargoManifest } from '../../../src/dependencies/cargo/manifest.ts';
import type { PublishedVersion } from '../../../src/dependencies/model.ts';
import { type LockedCrates, lockCrates, publishedAs } from './locked-crates.ts';

type Crates = Readonly<Record<string, string>>;

/** The crates that are locked, and that no build compiles. */
function phantomsOf({ graph, members, published }: LockedCrates): string[] {
  const { compiled, scopes } = activate(graph, members, published);
  expect([...scopes.keys()].sort()).toEqual([...compiled].sort());
  return [...graph.packages.values()]
    .filter(({ id }) => !compiled.has(id))
    .map(({ name, version }) => (version === '1.0.0' ? name : `${name} ${version}`));
}

/** With a default feature that nobody has turned off, unless `off`. */
const b = (features: string) => `
  [features]
  ${features}
  [dependencies]
  c = { version = "1", optional = true }
  d = { version = "1", optional = true }`;
const bcd = (features: string): Crates => ({
  ...{ 'b 1.0.0': b(features), 'c 1.0.0': '', 'd 1.0.0': '' },
});
const plain = '[dependencies]\nb = "1"';
const off = '[dependencies]\nb = { version = "1", default-features = false }';
const with_ = (...features: string[]) =>
  `[dependencies]\nb = { version = "1", features = ${JSON.stringify(features)} }`;

describe('what is locked and not compiled', () => {
  test.each<[string, string, Crates, readonly string[]]>([
    ['of optional dependencies', plain, bcd(''), ['c', 'd']],
    ['of default features', plain, bcd('default = ["c"]'), ['d']],
    ['of default features that are off', off, bcd('default = ["c"]'), ['c', 'd']],
    [
      'of default features that another one has on',
      `${off}\ne = "1"`,
      { ...bcd('default = ["c"]'), 'e 1.0.0': plain },
      ['d'],
    ],
    ['of features that imply others', with_('x'), bcd('x = ["y"]\ny = ["dep:c"]'), ['d']],
    ['of `dep:`', with_('x'), bcd('x = ["dep:c"]'), ['d']],
    ['of a dependency as a feature', with_('c'), bcd(''), ['d']],
    // What has its own feature of that name is no feature by itself.
    ['of a feature of its name', with_('c'), bcd('c = ["d"]'), ['c']],
    ['of features in a circle', with_('x'), bcd('x = ["y", "c"]\ny = ["x"]'), ['d']],
    ['of a feature that is not there', with_('nothing'), bcd(''), ['c', 'd']],
    ['of features like what every object has', with_('constructor'), bcd(''), ['c', 'd']],
    [
      'of `x/y`, which turns on both',
      with_('x'),
      {
        'b 1.0.0': b('x = ["c/y"]'),
        'c 1.0.0':
          '[features]\ny = ["dep:d"]\n[dependencies]\nd = { version = "1", optional = true }',
        'd 1.0.0': '',
      },
      [],
    ],
    [
      'of `x/y`, where x is a feature as well',
      with_('x'),
      bcd('x = ["c/y"]\nc = ["dep:d"]'),
      [],
    ],
    ['of a weak `x?/y` alone', with_('x'), bcd('x = ["c?/y"]'), ['c', 'd']],
    [
      'of a renamed dependency, by its own name',
      with_('c'),
      {
        'b 1.0.0':
          '[dependencies]\nrenamed = { package = "c", version = "1", optional = true }',
        'c 1.0.0': '',
      },
      ['c'],
    ],
    [
      'of a renamed dependency, by its new name',
      with_('renamed'),
      {
        'b 1.0.0':
          '[dependencies]\nrenamed = { package = "c", version = "1", optional = true }',
        'c 1.0.0': '',
      },
      [],
    ],
    [
      'of build-dependencies',
      with_('x'),
      {
        'b 1.0.0':
          '[features]\nx = ["c/y"]\n[build-dependencies]\nc = { version = "1", optional = true }',
        'c 1.0.0': '',
      },
      [],
    ],
    [
      'on any platform',
      plain,
      {
        'b 1.0.0': `[target.'cfg(windows)'.dependencies]\nc = "1"
          [target.'cfg(target_os = "hermit")'.build-dependencies]\nd = "1"`,
        ...{ 'c 1.0.0': '', 'd 1.0.0': '' },
      },
      [],
    ],
    [
      'of one of two versions of a crate',
      '[dependencies]\nb = { version = "1", features = ["old"] }',
      {
        'b 1.0.0': `[features]\nold = ["dep:c07"]\nnew = ["dep:c08"]\n[dependencies]
          c07 = { package = "c", version = "0.7.0", optional = true }
          c08 = { package = "c", version = "0.8.0", optional = true }`,
        ...{ 'c 0.7.0': '', 'c 0.8.0': '' },
      },
      ['c 0.8.0'],
    ],
    [
      'of optional dependencies of the project itself: somebody may turn them on',
      '[dependencies]\nb = { version = "1", optional = true, features = ["c"] }',
      bcd(''),
      ['d'],
    ],
    [
      'of features of the project itself',
      '[features]\nx = ["b/c"]\ny = ["b?/d"]\n[dependencies]\nb = "1"',
      bcd(''),
      [],
    ],
    [
      'of what a crate needs for its own tests',
      plain,
      { ...bcd(''), 'b 1.0.0': `${b('')}\n[dev-dependencies]\nc = "1"` },
      ['c', 'd'],
    ],
    ['of dev-dependencies', '[dev-dependencies]\nb = "1"', bcd('default = ["c"]'), ['d']],
    [
      'of crates in a circle',
      plain,
      {
        'b 1.0.0': '[dependencies]\nc = "1"',
        'c 1.0.0': '[dependencies]\nb = { version = "1", features = ["x"] }',
      },
      [],
    ],
    [
      'of sqlx with one database: the macros lock all of them',
      '[dependencies]\nsqlx = { version = "1", features = ["postgres"] }',
      {
        'sqlx 1.0.0': `[features]
          default = ["macros"]
          macros = ["dep:sqlx-macros"]
          mysql = ["dep:sqlx-mysql", "sqlx-macros?/mysql"]
          postgres = ["dep:sqlx-postgres", "sqlx-macros?/postgres"]
          [dependencies]
          sqlx-macros = { version = "1", optional = true }
          sqlx-mysql = { version = "1", optional = true }
          sqlx-postgres = { version = "1", optional = true }`,
        'sqlx-macros 1.0.0': `[features]
          mysql = ["dep:sqlx-mysql"]
          postgres = ["dep:sqlx-postgres"]
          [dependencies]
          sqlx-mysql = { version = "1", optional = true }
          sqlx-postgres = { version = "1", optional = true }`,
        'sqlx-mysql 1.0.0': '[dependencies]\nrsa = "1"',
        'sqlx-postgres 1.0.0': '',
        'rsa 1.0.0': '',
      },
      ['sqlx-mysql', 'rsa'],
    ],
  ])('%s', (_, app, crates, expected) => {
    expect(phantomsOf(lockCrates(app, crates))).toEqual(expected);
  });

  test.each([
    ['before', ['weak', 'c']],
    ['after', ['c', 'weak']],
  ])('of a weak `x?/y` that is turned on %s x is nothing', (_, order) => {
    const locked = lockCrates(with_(...order), {
      'b 1.0.0': b('weak = ["c?/y"]'),
      'c 1.0.0':
        '[features]\ny = ["dep:d"]\n[dependencies]\nd = { version = "1", optional = true }',
      'd 1.0.0': '',
    });
    expect(phantomsOf(locked)).toEqual([]);
  });

  test.each([[['e', 'f']], [['f', 'e']]])(
    'is nothing where one turns on x, and another `x?/y`: %s',
    (names) => {
      const asking: Crates = { e: with_('weak'), f: with_('c') };
      const [first = '', second = ''] = names;
      const locked = lockCrates(`[dependencies]\n${first} = "1"\n${second} = "1"`, {
        [`${first} 1.0.0`]: asking[first] ?? '',
        [`${second} 1.0.0`]: asking[second] ?? '',
        'b 1.0.0': b('weak = ["c?/y"]'),
        'c 1.0.0':
          '[features]\ny = ["dep:d"]\n[dependencies]\nd = { version = "1", optional = true }',
        'd 1.0.0': '',
      });
      expect(phantomsOf(locked)).toEqual([]);
    },
  );
});

/** A registry that answers something else for one crate. */
function but(
  locked: LockedCrates,
  crate: string,
  change: Partial<PublishedVersion> | null,
) {
  const published: LockedCrates['published'] = (name, version) => {
    const found = locked.published(name, version);
    if (name !== crate || !found) return found;
    return change ? { ...found, ...change } : undefined;
  };
  return { ...locked, published };
}

describe('what is not known', () => {
  // Nobody turns on the feature of b, nor that of c by which it would ask for d.
  const locked = lockCrates(plain, {
    'b 1.0.0': '[dependencies]\nc = { version = "1", optional = true }',
    'c 1.0.0':
      '[features]\nx = ["dep:d"]\n[dependencies]\nd = { version = "1", optional = true }',
    'd 1.0.0': '[dependencies]\ne = { version = "1", optional = true }',
    'e 1.0.0': '',
  });

  test('is a crate that the registry does not have: all it may ask for is compiled', () => {
    expect(phantomsOf(locked)).toEqual(['c', 'd', 'e']);
    const unknown = but(locked, 'b', null);
    expect(phantomsOf(unknown)).toEqual(['e']);
    const { guessed } = activate(unknown.graph, unknown.members, unknown.published);
    expect([...guessed].map((id) => id.split(' ')[0])).toEqual(['b']);
  });

  test('is everything without a registry', () => {
    const { compiled, guessed } = activate(locked.graph, locked.members, () => undefined);
    expect(compiled.size).toBe(5);
    expect(guessed.size).toBe(4);
  });

  test('is everything without manifests', () => {
    const { compiled, guessed } = activate(locked.graph, [], locked.published);
    expect(guessed).toEqual(new Set(['app 0.1.0']));
    expect([...compiled].map((id) => id.split(' ')[0])).toEqual(['app', 'b', 'c']);
  });

  test('is a crate that nobody compiles', () => {
    const { graph, members, published } = but(locked, 'd', null);
    expect(activate(graph, members, published).guessed.size).toBe(0);
  });

  test.each<[string, Partial<PublishedVersion>]>([
    ['no dependencies', { dependencies: [] }],
    ['other dependencies', { dependencies: [...needs('other')] }],
    ['a requirement that cannot be read', { dependencies: needs('c', '!?') }],
    ['a requirement that is not met', { dependencies: needs('c', '^9') }],
  ])('cannot make a phantom: an entry with %s', (_, change) => {
    const eager = lockCrates(plain, {
      'b 1.0.0': '[dependencies]\nc = "1"',
      'c 1.0.0': '',
    });
    expect(phantomsOf(but(eager, 'b', change))).toEqual([]);
  });

  test('cannot make a phantom: two versions, and a requirement that cannot be read', () => {
    const eager = lockCrates(plain, {
      'b 1.0.0':
        '[dependencies]\nc = "0.7.0"\nnew = { package = "c", version = "0.8.0", optional = true }',
      ...{ 'c 0.7.0': '', 'c 0.8.0': '' },
    });
    expect(phantomsOf(eager)).toEqual(['c 0.8.0']);
    expect(phantomsOf(but(eager, 'b', { dependencies: needs('c', '0.7.x.y') }))).toEqual(
      [],
    );
  });

  test('cannot make a phantom: a requirement that only a patch meets', () => {
    const asked = lockCrates(plain, {
      'b 1.0.0':
        '[dependencies]\nc = "0.7.0"\nnew = { package = "c", version = "0.8.0", optional = true }',
      ...{ 'c 0.7.0': '', 'c 0.8.0': '' },
    });
    const optional = asked.published('b', '1.0.0')?.dependencies.slice(1) ?? [];
    const phantoms = (requirement: string) => {
      const dependencies = [...needs('c', requirement), ...optional];
      return phantomsOf(but(asked, 'b', { dependencies }));
    };
    expect(phantoms('0.7.0')).toEqual(['c 0.8.0']);
    // It may be either of them that the patch stands in for.
    expect(phantoms('0.6.0')).toEqual([]);
  });

  test('cannot make a phantom: another registry, with crates of the same names', () => {
    const lock = `
[[package]]
name = "app"
version = "0.1.0"
dependencies = ["b"]
[[package]]
name = "b"
version = "1.0.0"
source = "sparse+https://registry.example.org/index/"
dependencies = ["c"]
[[package]]
name = "c"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"`;
    const graph = parseCargoLock(lock, 'Cargo.lock');
    const { guessed, compiled } = activate(graph, locked.members, locked.published);
    expect(guessed.size).toBe(1);
    expect(compiled.size).toBe(3);
  });

  test('cannot make a phantom: what a git repository or another folder asks for', () => {
    const source = 'source = "git+https://example.org/b"';
    for (const origin of ['', source]) {
      const graph = parseCargoLock(
        `[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = ["b"]
[[package]]\nname = "b"\nversion = "1.0.0"\n${origin}\ndependencies = ["c"]
[[package]]\nname = "c"\nversion = "1.0.0"\nsource = "${cratesIo}"`,
        'Cargo.lock',
      );
      const { compiled } = activate(graph, locked.members, locked.published);
      expect(compiled.size).toBe(3);
    }
  });

  test('is which of two manifests with one name a package has', () => {
    const manifest = (text: string, path: string) =>
      parseCargoManifest(`[package]\nname = "app"\nversion = "0.1.0"\n${text}`, path);
    const members = [manifest(plain, 'a/Cargo.toml'), manifest('', 'b/Cargo.toml')];
    const { guessed } = activate(locked.graph, members, locked.published);
    expect(guessed).toEqual(new Set(['app 0.1.0']));
  });

  test.each([
    ['the only one of its name', '', 0],
    ['one of two', '[[package]]\nname = "app"\nversion = "0.2.0"', 2],
  ])(
    'is not a package that the lockfile has in an older version: %s',
    (_, more, count) => {
      const app = '[[package]]\nname = "app"\nversion = "0.1.0"';
      const graph = parseCargoLock(`${app}\n${more}`, 'Cargo.lock');
      const manifest = parseCargoManifest(
        '[package]\nname = "app"\nversion = "0.3.0"',
        'Cargo.toml',
      );
      expect(activate(graph, [manifest], () => undefined).guessed.size).toBe(count);
    },
  );
});

const cratesIo = 'registry+https://github.com/rust-lang/crates.io-index';

function needs(name: string, requirement = '1') {
  const text = `[dependencies]\n${name} = "${requirement}"`;
  return publishedAs(parseCargoManifest(text, 'Cargo.toml')).dependencies;
}

describe('a folder that stands in for a crate', () => {
  const entry = (name: string, version: string, dependencies: string, source = '') =>
    `[[package]]\nname = "${name}"\nversion = "${version}"\n${source}\ndependencies = [${dependencies}]\n`;
  const registry = `source = "${cratesIo}"`;
  const graph = parseCargoLock(
    entry('app', '0.1.0', '"b"') +
      entry('b', '1.5.0', '"c", "d"') +
      entry('c', '1.0.0', '', registry) +
      entry('d', '1.0.0', '', registry),
    'Cargo.lock',
  );
  const patched = parseCargoManifest(
    `[package]\nname = "b"\nversion = "1.5.0"\n${b('')}\n[dev-dependencies]\nd = "1"`,
    'b/Cargo.toml',
  );
  const published = () => publishedAs(parseCargoManifest('', 'Cargo.toml'));
  const scopesWith = (app: string, isMember: boolean) => {
    const text = `[package]\nname = "app"\n${app}`;
    const members = [parseCargoManifest(text, 'Cargo.toml'), { ...patched, isMember }];
    const { scopes } = activate(graph, members, published);
    return Object.fromEntries(
      [...scopes].map(([id, scope]) => [id.split(' ')[0], scope]),
    );
  };

  test('is compiled with what is asked of it, unless it is a member', () => {
    const asked = { app: 'runtime', b: 'runtime', c: 'runtime' };
    expect(scopesWith(with_('c'), false)).toEqual(asked);
    expect(scopesWith(with_('c'), true)).toEqual({ ...asked, d: 'runtime' });
  });

  test('is of the scope of what asks for it, unless it is a member', () => {
    const app = plain.replace('dependencies', 'dev-dependencies');
    expect(scopesWith(app, false)).toEqual({ app: 'runtime', b: 'dev' });
    expect(scopesWith(app, true)).toMatchObject({ b: 'runtime' });
  });
});

test('a requirement says nothing of what comes from git', () => {
  const git = 'git+https://example.org/b';
  const graph = parseCargoLock(
    `[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = ["b 1.0.0", "b 2.0.0-dev"]
[[package]]\nname = "b"\nversion = "1.0.0"\nsource = "${cratesIo}"
[[package]]\nname = "b"\nversion = "2.0.0-dev"\nsource = "${git}"`,
    'Cargo.lock',
  );
  const app = parseCargoManifest(
    '[package]\nname = "app"\n[build-dependencies]\nb = { git = "https://example.org/b" }',
    'Cargo.toml',
  );
  const { scopes } = activate(graph, [app], () => undefined);
  expect(scopes.get(`b 2.0.0-dev ${git}`)).toBe('build');
});

test('the graph has what is declared for each edge', () => {
  const { graph, members, published } = lockCrates(
    `[dependencies]\nb = { version = "1", features = ["c"] }
     [dev-dependencies]\nb = ">=1, <2"
     [build-dependencies]\ne = "=1.0.0"`,
    { ...bcd(''), 'e 1.0.0': '' },
  );
  const filled = activate(graph, members, published).graph;
  const edgesOf = (name: string) =>
    [...filled.packages.values()]
      .find((one) => one.name === name)
      ?.edges.map(({ to, requirement, scope, optional }) => [
        ...[to.split(' ')[0], requirement, scope, optional],
      ]);
  expect(edgesOf('app')).toEqual([
    ['b', '1', 'runtime', false],
    ['e', '=1.0.0', 'build', false],
    ['b', '>=1, <2', 'dev', false],
  ]);
  expect(edgesOf('b')).toEqual([
    ['c', '1', 'runtime', false],
    ['d', '1', 'runtime', true],
  ]);
  expect([...filled.packages.keys()]).toEqual([...graph.packages.keys()]);
  expect(filled.roots).toEqual(graph.roots);
});
