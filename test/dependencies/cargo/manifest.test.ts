import { describe, expect, test } from 'vitest';
import {
  type ManifestDependency,
  parseCargoManifest,
} from '../../../src/dependencies/cargo/manifest.ts';
import { workspaceOf } from '../../../src/dependencies/cargo/workspace.ts';
import { UnreadableFile } from '../../../src/dependencies/model.ts';

function parse(text: string) {
  return parseCargoManifest(text, 'crates/app/Cargo.toml');
}

function onlyDependency(text: string): ManifestDependency | undefined {
  return parse(text).dependencies[0];
}

/** What a member of a workspace inherits; both are what stands in their Cargo.toml. */
function inherit(root: string, member: string) {
  const files = new Map([
    ['Cargo.toml', `[workspace]\nmembers = ["app"]\n${root}`],
    ['app/Cargo.toml', `[package]\nname = "app"\n${member}`],
  ]);
  const { members, problems } = workspaceOf('Cargo.lock', files);
  return { app: members[0], problems: problems.map(({ message }) => message) };
}

describe('a manifest', () => {
  test('tells of its package', () => {
    expect(
      parse(`
        [package]
        name = "app"
        version = "1.2.3"
        rust-version = "1.85"
        [features]
        default = ["std"]
        std = ["dep:a", "b?/std"]
        [dependencies]`),
    ).toEqual({
      path: 'crates/app/Cargo.toml',
      ...{ name: 'app', version: '1.2.3', rustVersion: '1.85' },
      ...{ isMember: true, isProcMacro: false, dependencies: [] },
      features: new Map([
        ['default', ['std']],
        ['std', ['dep:a', 'b?/std']],
      ]),
    });
  });

  test.each([
    ['proc-macro = true', true],
    ['proc_macro = true', true],
    ['crate-type = ["proc-macro"]', true],
    ['proc-macro = false', false],
    ['crate-type = ["cdylib", "rlib"]', false],
  ])('with `%s` in [lib] is a procedural macro: %s', (line, expected) => {
    const manifest = parse(`[package]\nname = "app"\n[lib]\n${line}`);
    expect(manifest.isProcMacro).toBe(expected);
  });

  test('may call its package a project', () => {
    expect(parse('[project]\nname = "app"').name).toBe('app');
  });

  test('may have no package', () => {
    expect(parse('[workspace]').name).toBeNull();
  });

  test.each([
    ['a = "1.2"', { package: 'a', requirement: '1.2', origin: 'registry' }],
    ['a = { version = "1", features = ["x"] }', { features: ['x'] }],
    ['a = { version = "1", default-features = false }', { defaultFeatures: false }],
    ['a = { version = "1", default_features = false }', { defaultFeatures: false }],
    ['a = { version = "1", optional = true }', { optional: true }],
    ['a = { package = "b", version = "1" }', { alias: 'a', package: 'b' }],
    ['a = { git = "https://example.org/a" }', { origin: 'git', requirement: '*' }],
    ['a = { path = "../a" }', { origin: 'path', folder: 'crates/a' }],
    [
      'a = { path = "../a", version = "1" }',
      { origin: 'path', folder: 'crates/a', requirement: '1' },
    ],
    ['a.version = "1"', { alias: 'a', requirement: '1' }],
    ['[dependencies.a]\nversion = "1"\nfeatures = ["x"]', { features: ['x'] }],
  ])('asks with `%s`', (line, expected) => {
    expect(onlyDependency(`[dependencies]\n${line}`)).toEqual({
      ...{ alias: 'a', package: 'a', requirement: expect.any(String), scope: 'runtime' },
      ...{ optional: false, features: [], defaultFeatures: true, target: null },
      ...{ origin: 'registry', folder: null, table: 'dependencies' },
      manifest: 'crates/app/Cargo.toml',
      ...expected,
    });
  });

  test.each([
    ['dependencies', 'runtime', null],
    ['build-dependencies', 'build', null],
    ['build_dependencies', 'build', null],
    ['dev-dependencies', 'dev', null],
    ['dev_dependencies', 'dev', null],
    ["target.'cfg(unix)'.dependencies", 'runtime', 'cfg(unix)'],
    ["target.'cfg(unix)'.build-dependencies", 'build', 'cfg(unix)'],
    ["target.'x86_64-pc-windows-gnu'.dev-dependencies", 'dev', 'x86_64-pc-windows-gnu'],
  ])('asks in [%s]', (table, scope, target) => {
    const found = onlyDependency(`[${table}]\na = "1"`);
    expect(found).toEqual(expect.objectContaining({ scope, target, table }));
  });

  test('may ask for one crate several times', () => {
    const { dependencies } = parse(`
      [dependencies]
      rand = "0.8"
      old = { package = "rand", version = "0.7" }
      [dev-dependencies]
      rand = { version = "0.8", features = ["small_rng"] }
      [target.'cfg(windows)'.dependencies]
      rand = { version = "0.8", features = ["getrandom"] }`);
    expect(dependencies.map(({ alias, package: name }) => [alias, name])).toEqual([
      ['rand', 'rand'],
      ['old', 'rand'],
      ['rand', 'rand'],
      ['rand', 'rand'],
    ]);
  });

  test('that is no TOML is not read', () => {
    expect(() => parse('[package')).toThrow(UnreadableFile);
    expect(() => parse('[package')).toThrow('crates/app/Cargo.toml: ');
  });

  test('may have anything where something else belongs', () => {
    const manifest = parse(`
      package = 1
      features = ["a"]
      lib = 2026-11-24
      dependencies = { a = 1, b = ["1"], c = { version = 1, features = "x" } }
      target = { x = 1, y = { dependencies = 2 } }`);
    expect(manifest).toEqual(expect.objectContaining({ name: null, version: null }));
    expect(manifest.features.size).toBe(0);
    expect(
      manifest.dependencies.map(({ alias, requirement }) => [alias, requirement]),
    ).toEqual([
      ['a', '*'],
      ['b', '*'],
      ['c', '*'],
    ]);
  });
});

describe('a member of a workspace', () => {
  test('takes its version and Rust version from there', () => {
    const { app } = inherit(
      '[workspace.package]\nversion = "2.0.0"\nrust-version = "1.90"',
      'version.workspace = true\nrust-version = { workspace = true }',
    );
    expect(app).toEqual(
      expect.objectContaining({ version: '2.0.0', rustVersion: '1.90' }),
    );
  });

  test.each([
    ['a = "1"', 'a.workspace = true', { requirement: '1', defaultFeatures: true }],
    [
      'a = { version = "1", features = ["x"] }',
      'a = { workspace = true, features = ["y"] }',
      { features: ['x', 'y'] },
    ],
    [
      'a = { version = "1", package = "b" }',
      'a.workspace = true',
      { alias: 'a', package: 'b' },
    ],
    ['a = "1"', 'a = { workspace = true, optional = true }', { optional: true }],
    // A member can turn the default features on, and never off.
    ['a = "1"', 'a = { workspace = true, default-features = false }', defaults(true)],
    [
      'a = { version = "1", default-features = false }',
      'a.workspace = true',
      defaults(false),
    ],
    [
      'a = { version = "1", default-features = false }',
      'a = { workspace = true, default-features = true }',
      defaults(true),
    ],
    // Paths begin where they are written.
    [
      'a = { path = "crates/a" }',
      'a.workspace = true',
      { origin: 'path', folder: 'crates/a' },
    ],
    ['a = { git = "https://example.org/a" }', 'a.workspace = true', { origin: 'git' }],
  ])('takes `%s` by `%s`', (shared, own, expected) => {
    const root = `[workspace.dependencies]\n${shared}`;
    const { app, problems } = inherit(root, `[dependencies]\n${own}`);
    expect(problems).toEqual([]);
    expect(app?.dependencies).toEqual([
      expect.objectContaining({
        ...{ table: 'workspace.dependencies', manifest: 'Cargo.toml', ...expected },
      }),
    ]);
  });

  test('takes them for each kind and platform', () => {
    const { app } = inherit(
      '[workspace.dependencies]\na = "1"',
      `[dev-dependencies]\na.workspace = true
       [target.'cfg(unix)'.build-dependencies]\na.workspace = true`,
    );
    expect(app?.dependencies.map(({ scope, target }) => [scope, target])).toEqual([
      ['dev', null],
      ['build', 'cfg(unix)'],
    ]);
  });

  test.each(['a', '__proto__', 'constructor'])(
    'cannot take %s if it is not there',
    (name) => {
      const { app, problems } = inherit('', `[dependencies]\n${name}.workspace = true`);
      expect(app).toBeUndefined();
      expect(problems).toEqual([
        `app/Cargo.toml: "${name}" in [dependencies] is left to a workspace that has none`,
      ]);
    },
  );
});

function defaults(defaultFeatures: boolean) {
  return { defaultFeatures };
}
