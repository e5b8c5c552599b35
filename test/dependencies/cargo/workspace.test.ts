import { describe, expect, test } from 'vitest';
import { workspaceOf } from '../../../src/dependencies/cargo/workspace.ts';

type Files = Readonly<Record<string, string>>;

function read(files: Files, lockfile = 'Cargo.lock') {
  const { members, toolchain, problems } = workspaceOf(
    lockfile,
    new Map(Object.entries(files)),
  );
  return {
    all: members.map(({ name }) => name).sort(),
    members: members.flatMap(({ name, isMember }) => (isMember ? [name] : [])).sort(),
    toolchain,
    problems: problems.map(({ message }) => message),
  };
}

/** A package of this name, in the folder `crates`. */
function crate(name: string, rest = ''): Files {
  return { [`crates/${name}/Cargo.toml`]: `[package]\nname = "${name}"\n${rest}` };
}

const abc = { ...crate('a'), ...crate('b'), ...crate('c') };

describe('the members of a workspace', () => {
  test.each<[string, string, Files, readonly string[]]>([
    ['listed', '[workspace]\nmembers = ["crates/a", "crates/b"]', abc, ['a', 'b']],
    ['listed by a path with dots', '[workspace]\nmembers = ["./crates/a/"]', abc, ['a']],
    ['by a glob', '[workspace]\nmembers = ["crates/*"]', abc, ['a', 'b', 'c']],
    ['by a class', '[workspace]\nmembers = ["crates/[a-b]"]', abc, ['a', 'b']],
    ['by two stars', '[workspace]\nmembers = ["**"]', abc, ['a', 'b', 'c']],
    [
      'except those excluded',
      '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/b"]',
      abc,
      ['a', 'c'],
    ],
    [
      'except what is below an excluded folder',
      '[workspace]\nmembers = ["*/*"]\nexclude = ["crates"]',
      abc,
      [],
    ],
    [
      'listed by name, though excluded',
      '[workspace]\nmembers = ["crates/b"]\nexclude = ["crates"]\n[workspace.dependencies]\nx = "1"',
      { ...abc, ...crate('b', '[dependencies]\nx.workspace = true') },
      ['b'],
    ],
    [
      'only with the root, which is a package',
      '[package]\nname = "root"\n[workspace]',
      abc,
      ['root'],
    ],
    ['only the package without a workspace', '[package]\nname = "root"', abc, ['root']],
    [
      'with what the root asks for by a path',
      '[package]\nname = "root"\n[workspace]\n[dependencies]\na = { path = "crates/a" }',
      { ...abc, ...crate('a', '[dev-dependencies]\nb = { path = "../b" }') },
      ['a', 'b', 'root'],
    ],
    [
      'with what they ask for on some platform',
      '[workspace]\nmembers = ["crates/a"]',
      {
        ...abc,
        ...crate('a', "[target.'cfg(unix)'.dependencies]\nb = { path = '../b' }"),
      },
      ['a', 'b'],
    ],
    [
      'with what they ask for by way of the workspace',
      '[workspace]\nmembers = ["crates/a"]\n[workspace.dependencies]\nb = { path = "crates/b" }',
      { ...abc, ...crate('a', '[dependencies]\nb.workspace = true') },
      ['a', 'b'],
    ],
    [
      'without what only the workspace knows of',
      '[workspace]\nmembers = ["crates/a"]\n[workspace.dependencies]\nb = { path = "crates/b" }',
      abc,
      ['a'],
    ],
    [
      'that ask for each other in a circle',
      '[workspace]\nmembers = ["crates/a"]',
      {
        ...crate('a', '[dependencies]\nb = { path = "../b" }'),
        ...crate('b', '[dev-dependencies]\na = { path = "../a" }'),
      },
      ['a', 'b'],
    ],
    ['that are not there', '[workspace]\nmembers = ["crates/x", "y/*"]', abc, []],
  ])('are those %s', (_, root, files, expected) => {
    const found = read({ ...files, 'Cargo.toml': root });
    expect(found).toEqual({
      ...{ members: expected, all: expected, toolchain: null, problems: [] },
    });
  });

  test('do not include excluded folders that are asked for, nor patches', () => {
    const found = read({
      ...abc,
      ...crate('a', '[dependencies]\nb = { path = "../b" }'),
      'Cargo.toml': `[workspace]\nmembers = ["crates/a"]\nexclude = ["crates/b"]
        [patch.crates-io]\nc = { path = "crates/c" }`,
    });
    expect(found).toEqual(
      expect.objectContaining({ members: ['a'], all: ['a', 'b', 'c'], problems: [] }),
    );
  });

  test('are those of the lockfile beside them, where there are several', () => {
    const files = {
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\nexclude = ["tools"]',
      ...abc,
      'tools/Cargo.toml': '[workspace]\nmembers = ["x"]',
      'tools/x/Cargo.toml':
        '[package]\nname = "x"\n[dependencies]\na = { path = "../../crates/a" }',
    };
    expect(read(files).all).toEqual(['a', 'b', 'c']);
    const tools = read(files, 'tools/Cargo.lock');
    expect(tools.members).toEqual(['x']);
    // It belongs to the other workspace, and yet it is locked here.
    expect(tools.all).toEqual(['a', 'x']);
  });
});

describe('what cannot be read', () => {
  test('is a workspace without a root', () => {
    expect(read({}, 'deep/Cargo.lock')).toEqual(
      expect.objectContaining({
        all: [],
        problems: ['deep/Cargo.lock: there is no Cargo.toml beside it'],
      }),
    );
  });

  test('is a manifest among others, which are', () => {
    const found = read({
      ...abc,
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]',
      'crates/b/Cargo.toml': '[package',
    });
    expect(found.all).toEqual(['a', 'c']);
    expect(found.problems).toEqual([expect.stringMatching(/^crates\/b\/Cargo\.toml: /)]);
  });
});

describe('the toolchain', () => {
  const toml = '[toolchain]\nchannel = "1.93"\ncomponents = ["clippy"]';
  test.each<[string, Files, string | null]>([
    ['in TOML', { 'rust-toolchain.toml': toml }, '1.93'],
    ['in the old form', { 'rust-toolchain': '1.85.0\n' }, '1.85.0'],
    ['in TOML in the old file', { 'rust-toolchain': toml }, '1.93'],
    [
      'of a platform',
      { 'rust-toolchain': 'nightly-2026-01-01-x86_64-apple-darwin' },
      'nightly-2026-01-01-x86_64-apple-darwin',
    ],
    [
      'of the old file, of both',
      { 'rust-toolchain': '1.85', 'rust-toolchain.toml': toml },
      '1.85',
    ],
    ['of a folder above', { 'rust-toolchain': '1.85', 'a/Cargo.toml': '' }, '1.85'],
    ['of the nearest', { 'rust-toolchain': '1.85', 'a/rust-toolchain': '1.90' }, '1.90'],
    ['of none', {}, null],
    ['by a path', { 'rust-toolchain.toml': '[toolchain]\npath = "/opt/rust"' }, null],
  ])('is that %s', (_, files, expected) => {
    const found = read(
      { 'a/Cargo.toml': '[package]\nname = "a"', ...files },
      'a/Cargo.lock',
    );
    const here = read({ 'Cargo.toml': '[package]\nname = "a"', ...files });
    expect(found.toolchain).toBe(expected);
    if (!('a/rust-toolchain' in files)) expect(here.toolchain).toBe(expected);
    expect(found.problems).toEqual([]);
  });

  test.each(['rust-toolchain', 'rust-toolchain.toml'])(
    'in %s may be unreadable',
    (path) => {
      const found = read({ 'Cargo.toml': '[package]\nname = "a"', [path]: '[toolchain' });
      expect(found).toEqual(expect.objectContaining({ members: ['a'], toolchain: null }));
      expect(found.problems).toEqual([expect.stringMatching(`^${path}: `)]);
    },
  );
});
