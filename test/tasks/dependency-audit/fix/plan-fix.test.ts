import { describe, expect, test } from 'vitest';
import type {
  DependencyEdge,
  LockedPackage,
  LockGraph,
  PublishedPackage,
  PublishedVersion,
} from '../../../../src/dependencies/model.ts';
import { satisfiesNpm } from '../../../../src/dependencies/npm/requirement.ts';
import { planFix } from '../../../../src/tasks/dependency-audit/fix/plan-fix.ts';
import type { FixWorld } from '../../../../src/tasks/dependency-audit/fix/world.ts';

type Asked = Readonly<Record<string, string | null>>;

/** `app` is the project's own; what others ask for is `name: requirement`. */
function graphOf(locked: Readonly<Record<string, [string, Asked]>>): LockGraph {
  const packages = Object.entries(locked).map(
    ([name, [version, asked]]): LockedPackage => {
      const edges = Object.entries(asked).map(
        ([to, requirement]): DependencyEdge => ({
          to,
          requirement,
          scope: 'runtime',
          optional: false,
        }),
      );
      const origin =
        name === 'app'
          ? ({ kind: 'path', path: null } as const)
          : ({ kind: 'registry', url: null } as const);
      return { id: name, name, version, origin, integrity: null, edges };
    },
  );
  return {
    ecosystem: 'cargo',
    lockfile: 'Cargo.lock',
    packages: new Map(packages.map((one) => [one.id, one])),
    roots: ['app'],
  };
}

type Releases = Readonly<Record<string, Asked | 'yanked' | 'fresh'>>;

function publishedOf(name: string, releases: Releases): PublishedPackage {
  const versions = Object.entries(releases).map(
    ([version, about]): PublishedVersion => ({
      version,
      yanked: about === 'yanked',
      deprecated: null,
      publishedAt: about === 'fresh' ? 'today' : 'long ago',
      needs: null,
      integrity: null,
      hasInstallScript: false,
      dependencies: Object.entries(typeof about === 'object' ? about : {}).map(
        ([alias, requirement]) => ({
          alias,
          package: alias,
          requirement: requirement ?? '*',
          scope: 'runtime',
          optional: false,
          features: [],
          defaultFeatures: true,
          target: null,
        }),
      ),
      features: {},
    }),
  );
  return { name, versions, latest: null };
}

function worldOf(
  graph: LockGraph,
  published: Readonly<Record<string, Releases>>,
  holes: Readonly<Record<string, readonly string[]>>,
): FixWorld {
  return {
    graph,
    published: async (name) =>
      published[name] ? publishedOf(name, published[name]) : null,
    admits: (requirement, version) => satisfiesNpm(version, requirement),
    isClear: (name, version) => !(holes[name] ?? []).includes(version),
    isCool: (publishedAt) => publishedAt !== 'today',
    fixedIn: () => ['1.2.0'],
  };
}

const moves = (fix: Awaited<ReturnType<typeof planFix>>) =>
  fix.kind === 'bumps'
    ? fix.bumps.map(
        ({ name, to, manifests }) =>
          `${name} ${to}${manifests.length ? ' (manifest)' : ''}`,
      )
    : `${fix.by}: ${fix.why}`;

describe('the smallest set of bumps', () => {
  const direct = graphOf({ app: ['0.1.0', { a: '^1.0.0' }], a: ['1.0.0', {}] });

  test.each<[string, Releases, string[], string | string[]]>([
    ['is the lowest clear version', { '1.0.1': {}, '1.1.0': {} }, ['1.0.0'], ['a 1.0.1']],
    [
      'clears all advisories at once',
      { '1.0.1': {}, '1.1.0': {} },
      ['1.0.0', '1.0.1'],
      ['a 1.1.0'],
    ],
    ['passes over what was yanked', { '1.0.1': 'yanked', '1.0.2': {} }, [], ['a 1.0.2']],
    ['passes over pre-releases', { '1.0.1-rc.1': {}, '1.0.1': {} }, [], ['a 1.0.1']],
    ['prefers what has cooled down', { '1.0.1': 'fresh', '1.0.2': {} }, [], ['a 1.0.2']],
    ['takes a fresh one where there is no other', { '1.0.1': 'fresh' }, [], ['a 1.0.1']],
    ['asks for more in the manifest', { '2.0.0': {} }, [], ['a 2.0.0 (manifest)']],
    [
      'says that nothing is free of it',
      { '1.0.1': {} },
      ['1.0.1'],
      'null: no version of a is free of it, up to the newest, 1.0.1',
    ],
  ])('%s', async (_, releases, holes, expected) => {
    const fix = await planFix(worldOf(direct, { a: releases }, { a: holes }), 'a');
    expect(moves(fix)).toEqual(expected);
  });

  const nested = graphOf({
    app: ['0.1.0', { parent: '^1.0.0' }],
    parent: ['1.0.0', { a: '~1.0.0' }],
    a: ['1.0.0', {}],
  });

  test('moves a parent to its lowest release that admits it', async () => {
    const parent = {
      '1.1.0': { a: '~1.0.0' },
      '1.2.0': { a: '^1.0.0' },
      '1.3.0': { a: '^1' },
    };
    const world = worldOf(nested, { a: { '1.2.0': {} }, parent }, {});
    expect(moves(await planFix(world, 'a'))).toEqual(['parent 1.2.0', 'a 1.2.0']);
  });

  test('prefers one bump of a higher version to two bumps', async () => {
    const parent = { '1.1.0': { a: '1.0.1' } };
    const inRange = graphOf({
      app: ['0.1.0', { parent: '^1.0.0' }],
      parent: ['1.0.0', { a: '^1.0.2' }],
      a: ['1.0.0', {}],
    });
    const world = worldOf(inRange, { a: { '1.0.1': {}, '1.0.2': {} }, parent }, {});
    expect(moves(await planFix(world, 'a'))).toEqual(['a 1.0.2']);
  });

  test('prefers a patch of a parent to a major that does without', async () => {
    const parent = { '1.0.1': { a: '^1.0.0' }, '2.0.0': {} };
    const wide = graphOf({
      app: ['0.1.0', { parent: '*' }],
      parent: ['1.0.0', { a: '~1.0.0' }],
      a: ['1.0.0', {}],
    });
    const world = worldOf(wide, { a: { '1.2.0': {} }, parent }, {});
    expect(moves(await planFix(world, 'a'))).toEqual(['parent 1.0.1', 'a 1.2.0']);
  });

  test.each([
    ['still admits what is locked', '>=1.0.0 <2', null],
    [
      'admits it no more, and the newest is fine',
      '^1.2.0',
      { to: '1.3.0', isFine: true },
    ],
    [
      'admits it no more, and the newest is not fine',
      '>=1.2.0',
      { to: '1.4.0', isFine: false },
    ],
  ])('knows what comes along with a parent that %s', async (_, requirement, pulled) => {
    const a = {
      '1.2.0': {},
      '1.3.0': {},
      ...(pulled?.isFine === false && { '1.4.0': {} }),
    };
    const world = worldOf(
      nested,
      { a, parent: { '1.1.0': { a: requirement } } },
      { a: ['1.4.0'] },
    );
    const fix = await planFix(world, 'a');
    expect(fix.kind === 'bumps' && fix.bumps.at(-1)?.pulled).toEqual(pulled);
  });

  test.each<[string, Releases, string[], string]>([
    ['the newest at all', { '1.1.0': {}, '1.2.0': {} }, [], 'at-all'],
    ['the newest that is cool', { '1.1.0': {}, '1.2.0': 'fresh' }, [], 'cooled'],
    ['neither', { '1.1.0': {}, '1.2.0': {} }, ['1.2.0'], 'neither'],
    ['the newest, where all are fresh', { '1.1.0': 'fresh' }, [], 'at-all'],
  ])(
    'knows whether who takes the newest would take %s',
    async (_, a, holes, expected) => {
      const fix = await planFix(worldOf(direct, { a }, { a: holes }), 'a');
      expect(fix.kind === 'bumps' && fix.bumps[0]?.newestWouldDo).toBe(expected);
    },
  );

  test('offline does not name a version of which only the registry can tell', async () => {
    const offline = graphOf({
      app: ['0.1.0', { parent: '^1.0.0' }],
      parent: ['1.0.0', { a: null }],
      a: ['0.9.0', {}],
    });
    const fix = await planFix(worldOf(offline, {}, {}), 'a');
    expect(fix).toMatchObject({ kind: 'blocked', by: 'parent 1.0.0' });
  });

  test('does not move a parent into a hole of its own', async () => {
    const parent = { '1.1.0': { a: '^1.0.0' }, '1.2.0': { a: '^1.0.0' } };
    const world = worldOf(nested, { a: { '1.2.0': {} }, parent }, { parent: ['1.1.0'] });
    expect(moves(await planFix(world, 'a'))).toEqual(['parent 1.2.0', 'a 1.2.0']);
  });

  test('names the parent that blocks, with its newest release', async () => {
    const parent = { '1.1.0': { a: '~1.0.0' } };
    const world = worldOf(nested, { a: { '1.2.0': {} }, parent }, {});
    expect(moves(await planFix(world, 'a'))).toBe(
      'parent 1.0.0: parent 1.0.0 does not admit a 1.2.0, nor does its newest release, 1.1.0',
    );
  });

  test('names a parent of which nothing is known', async () => {
    const world = worldOf(nested, { a: { '1.2.0': {} } }, {});
    expect(await planFix(world, 'a')).toMatchObject({
      kind: 'blocked',
      by: 'parent 1.0.0',
    });
  });

  test('goes by the advisory where no registry was asked, and says who is unsure', async () => {
    const offline = graphOf({
      app: ['0.1.0', { parent: '^1.0.0' }],
      parent: ['1.0.0', { a: null }],
      a: ['1.0.0', {}],
    });
    const fix = await planFix(worldOf(offline, {}, {}), 'a');
    expect(moves(fix)).toEqual(['a 1.2.0']);
    expect(fix).toMatchObject({ unsure: ['parent'] });
  });

  test('comes to an end in a cycle', async () => {
    const cycle = graphOf({
      app: ['0.1.0', { a: '^1.0.0' }],
      a: ['1.0.0', { b: '1.0.0' }],
      b: ['1.0.0', { a: '1.0.0' }],
    });
    const releases = { '1.0.1': { a: '1.0.0', b: '1.0.0' } };
    const world = worldOf(cycle, { a: releases, b: releases }, { a: ['1.0.0'] });
    expect(await planFix(world, 'a')).toMatchObject({ kind: 'blocked', by: 'b 1.0.0' });
  });

  test('of a package from git is not ours to tell', async () => {
    const git: LockedPackage = {
      ...(direct.packages.get('a') as LockedPackage),
      origin: { kind: 'git', url: 'https://example.com/a' },
    };
    const graph = { ...direct, packages: new Map([...direct.packages, ['a', git]]) };
    expect(await planFix(worldOf(graph, {}, {}), 'a')).toMatchObject({ kind: 'blocked' });
  });
});
