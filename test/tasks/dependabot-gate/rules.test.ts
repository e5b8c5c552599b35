import { describe, expect, test } from 'vitest';
import type { LockedPackage } from '../../../src/dependencies/model.ts';
import { differencesBetween } from '../../../src/tasks/dependabot-gate/delta/differences.ts';
import {
  cargoManifestDelta,
  npmManifestDelta,
} from '../../../src/tasks/dependabot-gate/delta/manifest-delta.ts';
import type { Evidence, Incoming } from '../../../src/tasks/dependabot-gate/evidence.ts';
import {
  ecosystemOfBranch,
  fileKind,
  isOfUnreadEcosystem,
} from '../../../src/tasks/dependabot-gate/files.ts';
import { placeOf } from '../../../src/tasks/dependabot-gate/place.ts';
import { compatibility } from '../../../src/tasks/dependabot-gate/rules/compatibility.ts';
import { cooldown } from '../../../src/tasks/dependabot-gate/rules/cooldown.ts';
import { judgeRequirement } from '../../../src/tasks/dependabot-gate/rules/manifests.ts';

function locked(version: string): LockedPackage {
  const origin = { kind: 'registry', url: null } as const;
  return { id: version, name: 'a', version, origin, integrity: null, edges: [] };
}

function incoming(version: string, former: readonly string[], kind: Incoming['kind']) {
  const places = [locked(version)];
  const about = { ecosystem: 'cargo', lockfile: 'Cargo.lock', name: 'a' } as const;
  return { ...about, version, places, former: former.map(locked), kind };
}

describe('compatibility', () => {
  test.each([
    ['1.0.1', ['1.0.0'], 'announced', true],
    ['1.9.0', ['1.0.0'], 'announced', true],
    ['2.0.0', ['1.0.0'], 'announced', false],
    ['0.2.4', ['0.2.3'], 'announced', true],
    ['0.3.0', ['0.2.3'], 'announced', false],
    ['0.0.4', ['0.0.3'], 'announced', false],
    ['1.0.0-rc.2', ['0.9.0'], 'announced', false],
    ['1.0.0', ['1.0.1'], 'announced', false],
    ['1.0.0', ['1.0.1'], 'closure', false],
    ['2.0.0', ['1.0.0'], 'closure', true],
    ['1.0.0', [], 'closure', true],
    ['2.0.1', ['1.0.0', '2.0.0'], 'announced', false],
    ['2.0.0', ['1.0.0', '3.0.0'], 'closure', false],
    ['nonsense', ['1.0.0'], 'announced', false],
  ] as const)('%s after %j, %s: %s', (version, former, kind, isFine) => {
    expect(judge([incoming(version, former, kind)])).toBe(isFine);
  });

  test.each([
    ['1.0.0', false],
    ['2.0.0', true],
    ['1.9.0', false],
    [null, false],
  ])('of what was announced to leave %s for 2.0.1: %s', (from, isFine) => {
    const all = [incoming('2.0.1', ['1.0.0', '2.0.0'], 'announced')];
    expect(judge(all, { updates: [{ name: 'a', from, to: '2.0.1', group: null }] })).toBe(
      isFine,
    );
  });

  test('what goes back beside something that does not', () => {
    const former = ['1.0.0', '3.0.0'];
    const all = ['2.0.0', '3.1.0'].map((one) => incoming(one, former, 'closure'));
    expect(judge(all)).toBe(true);
  });

  test.each([
    ['0.3', '0.3', true],
    ['0.3', '0.4', false],
    ['^1', '^2', false],
    ['1.0', '1.4', true],
    ['>=1.0.0 <5', '>=1.4.0 <5', true],
    ['1.x', '2.x', false],
  ])('of a requirement from %s to %s: %s', (before, after, isFine) => {
    const manifest = {
      ...({ path: 'Cargo.toml', ecosystem: 'cargo', sources: [], others: [] } as const),
      requirements: [{ package: 'a', before, after }],
    };
    expect(judge([], {}, [manifest])).toBe(isFine);
  });

  function judge(
    all: readonly Incoming[],
    said: Partial<Evidence['announced']> = {},
    manifests: Evidence['manifests'] = [],
  ): boolean {
    const announced = { updates: [], problems: [], ...said };
    return compatibility.judge({ incoming: all, announced, manifests }).length === 0;
  }
});

describe('the cooldown', () => {
  const now = new Date('2026-11-24T12:00:00Z');

  test.each([
    ['2026-11-17T12:00:00Z', true],
    ['2026-11-17T12:00:01Z', false],
    ['2026-11-25T12:00:00Z', false],
    ['soon', false],
    [null, false],
  ])('of 7 days has passed for what came at %s: %s', (publishedAt, isFine) => {
    const version = {
      ...{ version: '1.0.1', yanked: false, deprecated: null, publishedAt, needs: null },
      ...{ integrity: null, hasInstallScript: false, dependencies: [], features: {} },
    };
    const published = new Map([
      ['cargo:a', { name: 'a', versions: [version], latest: null }],
    ]);
    const knowledge = {
      published,
      advisories: new Map(),
      crates: new Map(),
      modules: new Map(),
      failures: [],
    };
    const all = [incoming('1.0.1', ['1.0.0'], 'announced')];
    const facts = { incoming: all, knowledge, cooldownMs: 7 * 86_400_000, now };
    expect(cooldown.judge(facts).length === 0).toBe(isFine);
  });
});

describe('a requirement', () => {
  const updates = [{ name: 'a', from: '1.0.0', to: '1.1.0', group: null }];

  test.each([
    ['cargo', '1.0.0', '1.1.0', true],
    ['cargo', '=1.0.0', '=1.1.0', true],
    ['cargo', '1.0.0', '>=1.1.0', false],
    ['cargo', '1.0.0', '*', false],
    ['cargo', '1.0.0', '1.2.0', false],
    ['cargo', '1.0.0', '1', false],
    ['cargo', '1.0', '1.1', true],
    ['cargo', '1.0', '1.1.0', false],
    ['npm', '1.0.x', '1.1.x', true],
    ['cargo', '1.0.*', '1.1.*', true],
    ['npm', '>=1.0.0 <5', '>=1.1.0 <5', true],
    ['npm', '>=1.0.0 <5', '>=1.1.0 <99', false],
    ['npm', '>=1.0.0 <5', '>=1.0.0 <99', false],
    ['npm', '^1.0.0', '^1.1.0', true],
    ['npm', '^1.0.0', '~1.1.0', false],
    ['npm', '1.0.0', '1.1.0 || 9.0.0', false],
    ['npm', '^1.0.0', 'latest', false],
    ['npm', '^1.0.0', 'evil/a#1.1.0', false],
    ['npm', '^1.0.0', 'github:evil/a', false],
    ['npm', '^1.0.0', 'file:../a', false],
    ['npm', '^1.0.0', 'git+ssh://evil.example/a.git', false],
    ['npm', 'npm:b@^1.0.0', 'npm:b@^1.1.0', true],
  ] as const)('of %s may go from %s to %s: %s', (ecosystem, before, after, isFine) => {
    const change = { package: 'a', before, after };
    const reasons = judgeRequirement(change, 'manifest', ecosystem, updates);
    expect(reasons.length === 0).toBe(isFine);
  });
});

describe('what a manifest changes', () => {
  const cargo = '[package]\nname = "x"\n[dependencies]\na = "1.0.0"\n';

  test.each([
    ['[dependencies]\na = "1"', '[dependencies]\na = "2"', ['a'], [], []],
    [
      '[dependencies]\nb = {version="1",package="a"}',
      '[dependencies]\nb = {version="2",package="a"}',
      ['a'],
      [],
      [],
    ],
    [
      '[workspace.dependencies]\na = "1"',
      '[workspace.dependencies]\na = "2"',
      ['a'],
      [],
      [],
    ],
    [
      "[target.'cfg(unix)'.dev-dependencies]\na = '1'",
      "[target.'cfg(unix)'.dev-dependencies]\na = '2'",
      ['a'],
      [],
      [],
    ],
    [
      '[dependencies]\na = "1"',
      '[dependencies]\na = {version="1",path="b"}',
      [],
      ['dependencies.a'],
      ['dependencies.a'],
    ],
    [
      '[dependencies.a]\nversion="1"',
      '[dependencies.a]\nversion="1"\nregistry="r"',
      [],
      ['dependencies.a.registry'],
      ['dependencies.a.registry'],
    ],
    ['[features]\nd = []', '[features]\nd = ["a/x"]', [], [], ['features.d.0']],
    ['[package]\nversion = "1"', '[package]\nversion = "2"', [], [], ['package.version']],
    [cargo, `${cargo}# a comment\n`, [], [], []],
    [
      '[profile.release]\nlto = true',
      '[profile.release]\nlto = false',
      [],
      [],
      ['profile.release.lto'],
    ],
  ])('%j → %j', (before, after, packages, sources, others) => {
    const found = cargoManifestDelta(before, after, 'Cargo.toml');
    expect(found.requirements.map((one) => one.package)).toEqual(packages);
    expect([found.sources, found.others]).toEqual([sources, others]);
  });

  test('of npm, keys of JavaScript are keys like others', () => {
    const before = '{"dependencies":{"constructor":"^1.0.0"}}';
    const after = '{"dependencies":{"constructor":"^1.1.0"},"__proto__":{"scripts":1}}';
    const found = npmManifestDelta(before, after, 'package.json');
    expect(found.requirements.map((one) => one.package)).toEqual(['constructor']);
    expect(found.others).toEqual(['__proto__']);
  });

  test('a document of any depth is compared', () => {
    const deep = (leaf: unknown) => {
      let value: unknown = leaf;
      for (let depth = 0; depth < 5000; depth++) value = { a: value };
      return value;
    };
    expect(differencesBetween(deep(1), deep(2))).toHaveLength(1);
    expect(differencesBetween([1], { 0: 1 })).toHaveLength(1);
  });
});

describe('files', () => {
  test.each([
    ['Cargo.toml', 'cargo'],
    ['crates/a/Cargo.lock', 'cargo'],
    ['package-lock.json', 'npm'],
    ['docker-compose.yml', 'docker'],
    ['.github/workflows/ci.yml', 'github-actions'],
    ['action.yml', 'github-actions'],
    ['.github/dependabot.yml', undefined],
    ['.nvmrc', undefined],
    ['build.rs', undefined],
    ['cargo.toml', undefined],
    ['node_modules/a/package.json', undefined],
  ])('%s is of %s', (path, ecosystem) => {
    expect(fileKind(path)?.ecosystem).toBe(ecosystem);
  });

  test.each([
    ...[
      'pnpm-lock.yaml',
      'a/yarn.lock',
      'go.sum',
      'requirements-dev.txt',
      'rust-toolchain',
    ],
  ])('%s is of an ecosystem that is not read', (path) => {
    expect([fileKind(path), isOfUnreadEcosystem(path)]).toEqual([null, true]);
  });

  test.each([
    ['dependabot/npm_and_yarn/docs/semver-7.5.2', 'npm'],
    ['dependabot/cargo/serde-1.0.2', 'cargo'],
    ['dependabot/go_modules/x', null],
    ['renovate/cargo/x', null],
    ['dependabot', null],
  ])('the branch %s is about %s', (branch, ecosystem) => {
    expect(ecosystemOfBranch(branch)).toBe(ecosystem);
  });
});

test('without an event there is no pull request', () => {
  const none = { 'pull-request': null, repository: null };
  expect(placeOf(none, { GITHUB_REPOSITORY: 'o/r' })).toBeNull();
  expect(placeOf({ ...none, 'pull-request': 3 }, { GITHUB_REPOSITORY: 'o/r' })).toEqual({
    ...{ repository: 'o/r', number: 3 },
  });
});
