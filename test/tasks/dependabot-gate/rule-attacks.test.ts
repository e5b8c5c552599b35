import { describe, expect, test } from 'vitest';
import type { Result } from '../../../src/core/result-schema.ts';
import { block, review } from '../../../src/tasks/dependabot-gate/reason.ts';
import type {
  BranchActivity,
  PullRequestRecord,
} from '../../rig/github/pull-requests.ts';
import { integrityOf, osvRecord, type Publication } from './published.ts';
import {
  type AnnouncedSample,
  cargoLock,
  cargoManifest,
  commitMessage,
  type LockedCrate,
  type LockedModule,
  packageJson,
  packageLock,
} from './sample-repository.ts';
import {
  crates,
  lockedAfter,
  lockedBefore,
  modulesAfter,
  modulesBefore,
  type Scene,
  type SceneOptions,
  serdeUpdate,
  setScene,
  webUpdate,
} from './scene.ts';

interface Attempt {
  readonly scene?: SceneOptions;
  readonly open: (scene: Scene) => Promise<PullRequestRecord> | PullRequestRecord;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly decision: 'merge' | 'review' | 'block';
  /** A code, and what its message says; null for `merge`. */
  readonly finds: readonly [code: string, says: RegExp] | null;
}

const tables = {
  before: { tool: '^2.0.0', web: '^4.1.0' },
  after: { tool: '^2.0.0', web: '^4.2.0' },
};

/** A package of npm in the folder of another. */
function nested(name: string, version: string, within: string): LockedModule {
  const resolved = `https://registry.npmjs.org/${name}/-/${name}-${version}.tgz`;
  const integrity = integrityOf({ name, version });
  return { name: `${within}/node_modules/${name}`, version, resolved, integrity };
}

async function cargoAttempt(
  published: readonly Publication[],
  before: readonly LockedCrate[],
): Promise<SceneOptions> {
  const known = [...published, ...crates];
  return {
    crates: published,
    baseFiles: { 'Cargo.lock': await cargoLock(before, known) },
  };
}

const sharedSerde = [
  { name: 'serde', version: '2.0.1', needs: { serde_core: '=1.0.2' } },
  { name: 'other', version: '0.3.0', needs: { serde: '2' } },
];
const twoSerdes: readonly LockedCrate[] = [
  { name: 'app', version: '0.1.0', source: null, needs: ['log', 'other', 'serde 1.0.1'] },
  { name: 'log', version: '0.4.1' },
  { name: 'other', version: '0.3.0', needs: ['serde 2.0.0'] },
  { name: 'serde', version: '1.0.1', needs: ['serde_core 1.0.1'] },
  { name: 'serde', version: '2.0.0', needs: ['serde_core 1.0.2'] },
  { name: 'serde_core', version: '1.0.1' },
  { name: 'serde_core', version: '1.0.2' },
];
const oneSerde: readonly LockedCrate[] = [
  { name: 'app', version: '0.1.0', source: null, needs: ['log', 'other', 'serde'] },
  { name: 'log', version: '0.4.1' },
  { name: 'other', version: '0.3.0', needs: ['serde'] },
  { name: 'serde', version: '2.0.1', needs: ['serde_core'] },
  { name: 'serde_core', version: '1.0.2' },
];

const sharedOther = [
  { name: 'other', version: '0.4.1' },
  { name: 'log', version: '0.4.1', needs: { other: '0.4' } },
];
const twoOthers: readonly LockedCrate[] = [
  { name: 'app', version: '0.1.0', source: null, needs: ['log', 'other 0.3.0', 'serde'] },
  { name: 'log', version: '0.4.1', needs: ['other 0.4.0'] },
  { name: 'other', version: '0.3.0' },
  { name: 'other', version: '0.4.0' },
  ...lockedBefore.filter(({ name }) => name.startsWith('serde')),
];
const oneOther: readonly LockedCrate[] = [
  { name: 'app', version: '0.1.0', source: null, needs: ['log', 'other', 'serde'] },
  { name: 'log', version: '0.4.1', needs: ['other'] },
  { name: 'other', version: '0.4.1' },
  ...lockedBefore.filter(({ name }) => name.startsWith('serde')),
];

const majors: Record<string, Attempt> = {
  'a major of a crate that joins a newer copy': {
    scene: await cargoAttempt(sharedSerde, twoSerdes),
    open: (scene) =>
      scene.openCargo(oneSerde, { 'Cargo.toml': cargoManifest('2.0.1') }, [
        { name: 'serde', from: '1.0.1', to: '2.0.1' },
      ]),
    ...{ decision: 'review', finds: ['incompatible-update', /serde 1\.0\.1 → 2\.0\.1/] },
  },
  'the same, announced as the update of the newer copy': {
    scene: await cargoAttempt(sharedSerde, twoSerdes),
    open: (scene) =>
      scene.openCargo(oneSerde, { 'Cargo.toml': cargoManifest('2.0.1') }, [
        { name: 'serde', from: '2.0.0', to: '2.0.1' },
      ]),
    ...{
      decision: 'review',
      finds: ['incompatible-update', /2\.0\.1 instead of 1\.0\.1/],
    },
  },
  'a major of a package that joins a nested copy': {
    scene: {
      modules: [{ name: 'web', version: '3.0.0' }],
      baseFiles: {
        'package.json': packageJson({ tool: '^2.0.0', web: '^3.0.0' }),
        'package-lock.json': packageLock({ tool: '^2.0.0', web: '^3.0.0' }, [
          { name: 'mime', version: '1.0.0' },
          { name: 'tool', version: '2.0.0', needs: { web: '^4.0.0' } },
          { name: 'web', version: '3.0.0' },
          { ...nested('web', '4.1.0', 'tool'), needs: { mime: '^1.0.0' } },
        ]),
      },
    },
    open: (scene) =>
      scene.openNpm(modulesAfter({ tool: { needs: { web: '^4.0.0' } } }), {}, [
        { name: 'web', from: '3.0.0', to: '4.2.0' },
      ]),
    ...{ decision: 'review', finds: ['incompatible-update', /web 3\.0\.0 → 4\.2\.0/] },
  },
  'a minor of 0.x that joins a newer copy': {
    scene: await cargoAttempt(sharedOther, twoOthers),
    open: (scene) =>
      scene.openCargo(
        oneOther,
        { 'Cargo.toml': cargoManifest('1.0.1').replace('"0.3"', '"0.4"') },
        [{ name: 'other', from: '0.3.0', to: '0.4.1' }],
      ),
    ...{ decision: 'review', finds: ['incompatible-update', /other 0\.3\.0 → 0\.4\.1/] },
  },
  'a way back beside an older copy that goes': {
    scene: {
      modules: [
        { name: 'web', version: '4.2.0', needs: { q: '>=2' } },
        ...['1.0.0', '2.0.0', '3.0.0'].map((version) => ({ name: 'q', version })),
      ],
      baseFiles: {
        'package-lock.json': packageLock(tables.before, [
          { name: 'tool', version: '2.0.0' },
          { name: 'q', version: '3.0.0' },
          nested('q', '1.0.0', 'web'),
          { name: 'web', version: '4.1.0', needs: { q: '>=1' } },
        ]),
      },
    },
    open: (scene) =>
      scene.openNpm([
        { name: 'tool', version: '2.0.0' },
        { name: 'q', version: '2.0.0' },
        { name: 'web', version: '4.2.0', needs: { q: '>=2' } },
      ]),
    ...{ decision: 'review', finds: ['incompatible-update', /q goes back from 3\.0\.0/] },
  },
};

const always = [{ introduced: '0' }];
const withoutId = { affected: [{ package: { ecosystem: 'npm', name: 'web' } }] };

const hits: Record<string, Attempt> = {
  'what was malicious before, too': {
    scene: { advisories: [osvRecord('MAL-2026-2', 'npm', 'web', always)] },
    open: (scene) => scene.openNpm(),
    ...{
      decision: 'block',
      finds: ['malicious', /web 4\.2\.0 is malicious: MAL-2026-2/],
    },
  },
  'what comes with it, and was malicious before': {
    scene: { advisories: [osvRecord('MAL-2026-3', 'crates.io', 'serde_core', always)] },
    open: (scene) => scene.openCargo(),
    ...{ decision: 'block', finds: ['malicious', /serde_core 1\.0\.2/] },
  },
  'a hole that stays': {
    scene: {
      advisories: [osvRecord('GHSA-2222-2222-2222', 'npm', 'web', always, 'CRITICAL')],
    },
    open: (scene) => scene.openNpm(),
    ...{ decision: 'merge', finds: null },
  },
  'an advisory that cannot be read': {
    scene: { advisories: [withoutId] },
    open: (scene) => scene.openNpm(),
    ...{
      decision: 'review',
      finds: ['needs-review', /advisories of .* could not be read/],
    },
  },
};

function openWith(
  message: string,
  pushes?: (head: string) => readonly BranchActivity[],
): Attempt['open'] {
  return async (scene) => {
    const pull = await scene.openCargo(lockedAfter(), {}, message);
    if (pushes) pull.pushes = pushes(pull.headSha);
    return pull;
  };
}

const honest = commitMessage([serdeUpdate]);
const mallory = 'Mallory <mallory@example.com>';
const bot = 'dependabot[bot]';
const earlier = 'e'.repeat(40);

const hands: Record<string, Attempt> = {
  'a commit in which somebody else had a hand': {
    open: openWith(`${honest}\nCo-authored-by: ${mallory}`),
    ...{ decision: 'review', finds: ['untrusted-author', /Mallory .* had a hand/] },
  },
  'a commit that somebody else has signed off': {
    open: openWith(`${honest}\r\n  signed-off-by:dependabot[bot] ${mallory}`),
    ...{ decision: 'review', finds: ['untrusted-author', /had a hand/] },
  },
  'a commit of somebody who goes by the name of Dependabot': {
    open: openWith(
      `${honest}\nCo-authored-by: dependabot[bot] <mallory@users.noreply.github.com>`,
    ),
    ...{ decision: 'review', finds: ['untrusted-author', /had a hand/] },
  },
  'a commit that Dependabot and GitHub speak of': {
    open: openWith(
      `${honest}\nCo-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>`,
    ),
    ...{ decision: 'merge', finds: null },
  },
  'a branch that somebody else has pushed to': {
    open: openWith(honest, (head) => [
      { actor: 'mallory', kind: 'pr_merge', after: head },
      { actor: bot, kind: 'branch_creation', after: earlier },
    ]),
    ...{ decision: 'review', finds: ['untrusted-author', /mallory has pushed/] },
  },
  'a branch that somebody else has set anew': {
    open: openWith(honest, (head) => [
      { actor: 'mallory', kind: 'force_push', after: head },
      { actor: bot, kind: 'branch_creation', after: earlier },
    ]),
    ...{ decision: 'review', finds: ['untrusted-author', /mallory has pushed/] },
  },
  'a branch that Dependabot built upon what somebody else pushed': {
    open: openWith(honest, (head) => [
      { actor: bot, kind: 'push', after: head },
      { actor: 'mallory', kind: 'push', after: earlier },
      { actor: bot, kind: 'branch_creation', after: earlier },
    ]),
    ...{ decision: 'review', finds: ['untrusted-author', /mallory has pushed/] },
  },
  'a branch that Dependabot has set anew': {
    open: openWith(honest, (head) => [
      { actor: bot, kind: 'force_push', after: head },
      { actor: 'mallory', kind: 'push', after: earlier },
      { actor: bot, kind: 'branch_creation', after: earlier },
    ]),
    ...{ decision: 'merge', finds: null },
  },
  'a commit of which the activity knows nothing yet': {
    open: openWith(honest, () => [
      { actor: bot, kind: 'branch_creation', after: earlier },
    ]),
    ...{ decision: 'review', finds: ['unverified-commit', /does not say who pushed/] },
  },
  'a branch whose activity the token may not see': {
    open: (scene) => {
      scene.github.repository.settings.hidesActivity = true;
      return scene.openCargo();
    },
    ...{ decision: 'merge', finds: null },
  },
  'two commits that contradict each other': {
    open: async (scene) => {
      const files = (version: string, lock: string) => ({
        ...{ 'Cargo.toml': cargoManifest(version), 'Cargo.lock': lock },
      });
      const lock = await cargoLock(lockedAfter(), crates);
      const first = scene.commit(files('1.0.2', lock), [serdeUpdate]);
      const later = await cargoLock(lockedAfter({ serde: { version: '1.1.0' } }), crates);
      const update = { name: 'serde', from: '1.0.2', to: '1.1.0' };
      return scene.open(scene.commit(files('1.1.0', later), [update], {}, first));
    },
    ...{ decision: 'review', finds: ['unexpected-change', /to leave 1\.0\.2/] },
  },
  'two commits, of which one announces what the other brings': {
    open: async (scene) => {
      const first = scene.commit({}, [{ name: 'log', from: '0.4.1', to: '0.4.2' }]);
      const lock = await cargoLock(lockedAfter({ log: { version: '0.4.2' } }), crates);
      const files = { 'Cargo.toml': cargoManifest('1.0.2'), 'Cargo.lock': lock };
      return scene.open(scene.commit(files, [serdeUpdate], {}, first));
    },
    ...{ decision: 'merge', finds: null },
  },
};

function openRange(before: string, after: string): Pick<Attempt, 'scene' | 'open'> {
  const [old, now] = [before, after].map((web) => ({ tool: '^2.0.0', web }));
  const files = (table = {}, modules: readonly LockedModule[] = []) => ({
    ...{
      'package.json': packageJson(table),
      'package-lock.json': packageLock(table, modules),
    },
  });
  return {
    scene: { baseFiles: files(old, modulesBefore) },
    open: (scene) => scene.openNpm(modulesAfter(), files(now, modulesAfter())),
  };
}

const sub = {
  before: packageJson({ web: '^4.1.0' }),
  after: packageJson({ web: '^4.2.0' }),
  lock: (modules: readonly LockedModule[], web: string) =>
    packageLock(
      { web },
      modules.filter(({ name }) => name !== 'tool'),
    ),
};

const files: Record<string, Attempt> = {
  'a range whose upper bound is another': {
    ...openRange('>=4.1.0 <5', '>=4.2.0 <99'),
    ...{ decision: 'review', finds: ['unexpected-change', /not what was announced/] },
  },
  'a range whose upper bound stays': {
    ...openRange('>=4.1.0 <5', '>=4.2.0 <5'),
    ...{ decision: 'merge', finds: null },
  },
  'a range with one more': {
    ...openRange('^4.1.0', '^4.2.0 || ^99'),
    ...{ decision: 'review', finds: ['unexpected-change', /another kind/] },
  },
  'a requirement that is less exact now': {
    open: (scene) => scene.openCargo(lockedAfter(), { 'Cargo.toml': cargoManifest('1') }),
    ...{ decision: 'review', finds: ['unexpected-change', /not what was announced/] },
  },
  'a lockfile that asks for something else than the manifest': {
    open: (scene) =>
      scene.openNpm(modulesAfter(), {
        'package-lock.json': packageLock({ tool: '^2.0.0', web: '^4' }, modulesAfter()),
      }),
    ...{
      decision: 'review',
      finds: ['unexpected-change', /asks for web \^4\.2\.0, and pack/],
    },
  },
  'a lockfile that asks for more than the manifest': {
    open: (scene) =>
      scene.openNpm(modulesAfter(), { 'package.json': packageJson(tables.before) }),
    ...{ decision: 'review', finds: ['unexpected-change', /no package\.json does/] },
  },
  'a manifest that no lockfile knows': {
    scene: { baseFiles: { 'sub/package.json': sub.before } },
    open: (scene) => scene.openNpm(modulesAfter(), { 'sub/package.json': sub.after }),
    ...{
      decision: 'review',
      finds: ['unexpected-change', /sub\/package\.json asks for web/],
    },
  },
  'a manifest whose lockfile stays': {
    scene: {
      baseFiles: {
        'sub/package.json': sub.before,
        'sub/package-lock.json': sub.lock(modulesBefore, '^4.1.0'),
      },
    },
    open: (scene) => scene.openNpm(modulesAfter(), { 'sub/package.json': sub.after }),
    ...{ decision: 'review', finds: ['unexpected-change', /in sub\/package-lock\.json/] },
  },
  'a manifest with its lockfile in each of two folders': {
    scene: {
      baseFiles: {
        'sub/package.json': sub.before,
        'sub/package-lock.json': sub.lock(modulesBefore, '^4.1.0'),
      },
    },
    open: (scene) =>
      scene.openNpm(modulesAfter(), {
        'sub/package.json': sub.after,
        'sub/package-lock.json': sub.lock(modulesAfter(), '^4.2.0'),
      }),
    ...{ decision: 'merge', finds: null },
  },
  'a workspace below its lockfile': {
    scene: {
      baseFiles: {
        'package.json': packageJson({}, { workspaces: ['sub'] }),
        'sub/package.json': sub.before,
        'package-lock.json': workspaceLock('^4.1.0', modulesBefore),
      },
    },
    open: (scene) =>
      scene.open(
        scene.commit(
          {
            'sub/package.json': sub.after,
            'package-lock.json': workspaceLock('^4.2.0', modulesAfter()),
          },
          [webUpdate],
        ),
        {},
        'npm_and_yarn',
      ),
    ...{ decision: 'merge', finds: null },
  },
  'a lockfile alone': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), { 'Cargo.toml': cargoManifest('1.0.1') }),
    ...{ decision: 'merge', finds: null },
  },
  'a crate with a lockfile in each of two folders': {
    scene: {
      baseFiles: {
        'sub/Cargo.toml': cargoManifest('1.0.1'),
        'sub/Cargo.lock': await cargoLock(lockedBefore, crates),
      },
    },
    open: async (scene) =>
      scene.openCargo(lockedAfter(), {
        'sub/Cargo.toml': cargoManifest('1.0.2'),
        'sub/Cargo.lock': await cargoLock(lockedAfter(), crates),
      }),
    ...{ decision: 'merge', finds: null },
  },
  'a Cargo.toml whose lockfile stays': {
    scene: {
      baseFiles: {
        'sub/Cargo.toml': cargoManifest('1.0.1'),
        'sub/Cargo.lock': await cargoLock(lockedBefore, crates),
      },
    },
    open: (scene) =>
      scene.openCargo(lockedAfter(), { 'sub/Cargo.toml': cargoManifest('1.0.2') }),
    ...{ decision: 'review', finds: ['unexpected-change', /in sub\/Cargo\.lock/] },
  },
  'a crate that the project has under another name': {
    scene: { baseFiles: { 'Cargo.toml': renamed('1.0.1') } },
    open: (scene) => scene.openCargo(lockedAfter(), { 'Cargo.toml': renamed('1.0.2') }),
    ...{ decision: 'merge', finds: null },
  },
  'an exact requirement for development': {
    scene: { baseFiles: development('4.1.0', modulesBefore) },
    open: (scene) => scene.openNpm([], development('4.2.0', modulesAfter())),
    ...{ decision: 'merge', finds: null },
  },
  'an action of the repository': {
    scene: {
      baseFiles: {
        '.github/actions/x/package.json': packageJson(tables.before),
        '.github/actions/x/package-lock.json': packageLock(tables.before, modulesBefore),
      },
    },
    open: (scene) => {
      const folder = '.github/actions/x';
      const lock = packageLock(tables.after, modulesAfter());
      const changed = {
        [`${folder}/package.json`]: packageJson(tables.after),
        [`${folder}/package-lock.json`]: lock,
      };
      return scene.open(scene.commit(changed, [webUpdate]), {}, 'npm_and_yarn');
    },
    ...{ decision: 'review', finds: ['needs-review', /what workflows run/] },
  },
  'a package that the project has under another name': {
    scene: { baseFiles: aliased('4.1.0', modulesBefore) },
    open: (scene) =>
      scene.openNpm([], aliased('4.2.0', modulesAfter()), [{ ...webUpdate, name: 'w' }]),
    ...{ decision: 'merge', finds: null },
  },
};

function renamed(version: string): string {
  const table = `sd = { version = "${version}", package = "serde" }`;
  return cargoManifest(version).replace(`serde = "${version}"`, table);
}

function development(web: string, modules: readonly LockedModule[]) {
  const [table, more] = [{ tool: '^2.0.0' }, { devDependencies: { web } }];
  return {
    'package.json': packageJson(table, more),
    'package-lock.json': packageLock(table, modules, more),
  };
}

function workspaceLock(web: string, modules: readonly LockedModule[]): string {
  const lock = JSON.parse(packageLock({}, modules, { workspaces: ['sub'] }));
  delete lock.packages['node_modules/tool'];
  lock.packages['node_modules/site'] = { resolved: 'sub', link: true };
  lock.packages.sub = { name: 'site', version: '1.0.0', dependencies: { web } };
  return JSON.stringify(lock);
}

/** A project that calls the package `web` `w`. */
function aliased(version: string, modules: readonly LockedModule[]) {
  const table = { tool: '^2.0.0', w: `npm:web@^${version}` };
  const named = modules.map((one) =>
    one.name === 'web'
      ? {
          ...one,
          name: 'w',
          resolved: `https://registry.npmjs.org/web/-/web-${version}.tgz`,
          integrity: integrityOf({ name: 'web', version }),
        }
      : one,
  );
  const lock = JSON.parse(packageLock(table, named));
  lock.packages['node_modules/w'].name = 'web';
  return {
    'package.json': packageJson(table),
    'package-lock.json': JSON.stringify(lock),
  };
}

const allowed = { '.github/dependency-policy.yml': 'allow: [docker]\n' };

interface ImageOptions {
  readonly name?: string;
  /** What the message calls it. */
  readonly called?: string;
  /** What the message says that it leaves. */
  readonly said?: string;
  readonly path?: string;
}

function image(
  before: string,
  after: string,
  {
    name = 'owner/x',
    said = before,
    called = name,
    path = 'Dockerfile',
  }: ImageOptions = {},
): Attempt['open'] {
  const [old, now] = [before, after].map((tag) =>
    path === 'Dockerfile'
      ? `FROM ${name}:${tag} AS build\nRUN cargo build\n`
      : `services:\n  a:\n    image: ${name}:${tag}\n`,
  );
  return async (scene) => {
    await scene.setBase({ ...allowed, [path]: old ?? '' });
    const headers = { 'docker-content-digest': `sha256:${'a'.repeat(64)}` };
    const repository = name.replace(/^ghcr\.io\//, '');
    const full = repository.includes('/') ? repository : `library/${repository}`;
    scene.registry.routes[`/v2/${full}/manifests/${after}`] = { headers };
    const update: AnnouncedSample = { name: called, from: said, to: after };
    return scene.open(scene.commit({ [path]: now ?? '' }, [update]), {}, 'docker');
  };
}

const images: Record<string, Attempt> = {
  'a way back': {
    open: image('1.94.0', '1.93.1'),
    ...{ decision: 'review', finds: ['incompatible-update', /goes back/] },
  },
  'another than the one that was announced to go': {
    open: image('1.94.0', '1.94.1', { said: '0.1.0' }),
    ...{ decision: 'review', finds: ['unexpected-change', /to leave 0\.1\.0/] },
  },
  'a minor of 0.x': {
    open: image('0.5.1', '0.6.0'),
    ...{ decision: 'review', finds: ['incompatible-update', /another release/] },
  },
  'another word': {
    open: image('stable', 'nightly'),
    ...{ decision: 'review', finds: ['incompatible-update', /another kind/] },
  },
  'a pre-release': {
    open: image('3.14.0', '3.15.0a1', { name: 'python' }),
    ...{ decision: 'review', finds: ['incompatible-update', /another kind/] },
  },
  'a patch': { open: image('1.94.0', '1.94.1'), decision: 'merge', finds: null },
  'a patch of 0.x': { open: image('0.5.1', '0.5.2'), decision: 'merge', finds: null },
  'a patch in a compose file': {
    open: image('1.94.0', '1.94.1', { path: 'compose.yml' }),
    ...{ decision: 'merge', finds: null },
  },
  'an image that is named without the host of its registry': {
    open: image('0.5.1', '0.5.2', {
      name: 'ghcr.io/astral-sh/uv',
      called: 'astral-sh/uv',
    }),
    ...{ decision: 'merge', finds: null },
  },
};

const bases: Record<string, Attempt> = {
  'a base that is not the default branch': {
    open: async (scene) => {
      scene.git.branches.set('other', scene.git.find('main')?.sha ?? '');
      return Object.assign(await scene.openCargo(), { baseBranch: 'other' });
    },
    ...{ decision: 'review', finds: ['needs-review', /goes into other/] },
  },
  'a base that is named': {
    inputs: { branches: '[main, "release/1"]' },
    open: async (scene) => {
      scene.git.branches.set('release/1', scene.git.find('main')?.sha ?? '');
      return Object.assign(await scene.openCargo(), { baseBranch: 'release/1' });
    },
    ...{ decision: 'merge', finds: null },
  },
  'the default branch, where others are named': {
    inputs: { branches: 'next,release' },
    open: (scene) => scene.openCargo(),
    ...{ decision: 'review', finds: ['needs-review', /goes into main.* next, release/] },
  },
};

async function judge({ scene: options, open, inputs }: Attempt) {
  const scene = await setScene(options);
  const pull = await open(scene);
  const registries = JSON.stringify({
    ...JSON.parse(scene.inputs['registries'] ?? ''),
    'ghcr.io': scene.registry.url,
  });
  const result = await scene.run(pull, { registries, ...inputs });
  expect(scene.github.violations).toEqual([]);
  return result;
}

function expectDecision(result: Result, { decision, finds }: Attempt): void {
  const found = result.findings.map(({ code, message }) => `${code}: ${message}`);
  expect(result.outputs?.['decision'], found.join('\n')).toBe(decision);
  if (finds === null) {
    expect(found).toEqual([]);
    return;
  }
  const [code, says] = finds;
  const said = found.filter((one) => one.startsWith(`${code}:`)).join('\n');
  expect(said, found.join('\n')).toMatch(says);
}

describe.each([
  ['majors and ways back', majors],
  ['advisories', hits],
  ['whose commits they are', hands],
  ['manifests and lockfiles', files],
  ['images', images],
  ['branches', bases],
])('%s', (_, attempts) => {
  test.each(Object.entries(attempts))('%s', async (__, attempt) => {
    expectDecision(await judge(attempt), attempt);
  });
});

test('a hole that stays is in the report', async () => {
  const record = osvRecord('GHSA-2222-2222-2222', 'npm', 'web', always, 'CRITICAL');
  const scene = await setScene({ advisories: [record] });
  const result = await scene.run(scene.openNpm());
  const kept = result.tables?.find(({ title }) => title === 'Advisories that stay');
  expect(kept?.rows).toEqual([
    ['web', '4.2.0', 'GHSA-2222-2222-2222', 'vulnerable', 'critical', 'About web'],
  ]);
});

test('a password in an address is shown to nobody', async () => {
  const scene = await setScene();
  const resolved = `git+https://user:hunter2@evil.example/x.git#${'a'.repeat(40)}`;
  const pull = scene.openNpm(modulesAfter({ web: { version: '4.2.0', resolved } }));
  const result = await scene.run(pull, { act: 'comment' });
  const [comment] = scene.github.repository.commentsOf(pull.number);
  expect(comment?.body).toContain('evil.example');
  expect(`${comment?.body} ${JSON.stringify(result)}`).not.toContain('hunter2');
});

test.each(['[]', 'a b', 'a,b:c', 'x\\y'])(
  'no names of branches: %j',
  async (branches) => {
    const scene = await setScene();
    const run = scene.run(await scene.openCargo(), { branches });
    await expect(run).rejects.toThrow('not usable');
  },
);

test.each([
  ['from https://user:hunter2@evil.example/x.', 'from https://evil.example/x.'],
  ['git+ssh://git:a@b@evil.example:22/x#a@b', 'git+ssh://evil.example:22/x#a@b'],
  ['https:\\\\user:hunter2@evil.example', 'https:\\\\evil.example'],
  ['https://evil.example/@scope/a@1', 'https://evil.example/@scope/a@1'],
  ['@scope/a comes, and a@1', '@scope/a comes, and a@1'],
])('of %j, %j is shown', (message, shown) => {
  expect(review('new-source', message).message).toBe(shown);
  expect(block('new-source', message).message).toBe(shown);
});
