import { describe, expect, test } from 'vitest';
import { osvRecord } from './published.ts';
import {
  cargoLock,
  cargoManifest,
  commitMessage,
  packageLock,
} from './sample-repository.ts';
import {
  crates,
  lockedAfter,
  modulesAfter,
  modulesBefore,
  serdeUpdate,
  setScene,
} from './scene.ts';

describe('what an honest Dependabot opens is merged', () => {
  test('a patch of a crate with what it needs', async () => {
    const scene = await setScene();
    const result = await scene.run(await scene.openCargo());
    expect(result.findings).toEqual([]);
    expect(result.outputs).toEqual({ decision: 'merge', reasons: '[]' });
    expect(result.outcome).toBe('succeeded');
    expect(scene.github.violations).toEqual([]);
  });

  test('a minor of a package with what it needs', async () => {
    const scene = await setScene();
    const result = await scene.run(scene.openNpm());
    expect(result.findings).toEqual([]);
    expect(result.outputs?.['decision']).toBe('merge');
    expect(scene.github.violations).toEqual([]);
  });

  test('a group of updates in two commits', async () => {
    const scene = await setScene();
    const second = [{ name: 'log', from: '0.4.1', to: '0.4.2' }];
    const first = scene.commit(
      {
        'Cargo.toml': cargoManifest('1.0.2'),
        'Cargo.lock': await cargoLock(lockedAfter(), crates),
      },
      commitMessage([serdeUpdate], 'all'),
    );
    const lock = await cargoLock(lockedAfter({ log: { version: '0.4.2' } }), crates);
    const manifest = cargoManifest('1.0.2').replace('0.4.1', '0.4.2');
    const files = { 'Cargo.lock': lock, 'Cargo.toml': manifest };
    const head = scene.commit(files, commitMessage(second, 'all'), {}, first);
    const result = await scene.run(scene.open(head));
    expect(result.findings).toEqual([]);
    expect(result.outputs?.['decision']).toBe('merge');
    const changes = result.tables?.find(({ title }) => title === 'What changes');
    expect(changes?.rows.map(([name, from, to, why]) => [name, from, to, why])).toEqual([
      ['log', '0.4.1', '0.4.2', 'announced'],
      ['serde', '1.0.1', '1.0.2', 'announced'],
      ['serde_core', '1.0.1', '1.0.2', 'needed by it'],
    ]);
  });

  test('the lowest version that clears a vulnerability, however fresh it is', async () => {
    const events = [{ introduced: '0' }, { fixed: '0.3.1' }];
    const scene = await setScene({
      crates: [{ name: 'other', version: '0.3.1', ageDays: 0.1 }],
      advisories: [osvRecord('RUSTSEC-2026-0001', 'crates.io', 'other', events)],
    });
    const lock = lockedAfter({
      ...{ serde: { version: '1.0.1' }, serde_core: { version: '1.0.1' } },
      other: { version: '0.3.1' },
    });
    const update = { name: 'other', from: '0.3.0', to: '0.3.1' };
    const pull = await scene.openCargo(lock, { 'Cargo.toml': cargoManifest('1.0.1') }, [
      update,
    ]);
    const result = await scene.run(pull);
    expect(result.findings).toEqual([]);
    expect(result.outputs?.['decision']).toBe('merge');
  });

  test('a crate that has had a build script before', async () => {
    const runs = ['1.0.1', '1.0.2'].map((version) => ({
      ...{ name: 'serde_core', version, runs: true },
    }));
    const scene = await setScene({ crates: runs });
    const result = await scene.run(await scene.openCargo());
    expect(result.findings).toEqual([]);
  });

  test('a lockfile whose npm notes addresses, and the one before did not', async () => {
    const without = modulesBefore.map((one) => ({ ...one, resolved: undefined }));
    const lock = packageLock({ tool: '^2.0.0', web: '^4.1.0' }, without);
    const scene = await setScene({ baseFiles: { 'package-lock.json': lock } });
    const result = await scene.run(scene.openNpm());
    expect(result.findings).toEqual([]);
  });

  test('a lockfile whose npm notes more than the one before', async () => {
    const scene = await setScene();
    const lock = modulesAfter({ tool: { license: 'MIT', engines: { node: '>=20' } } });
    const result = await scene.run(scene.openNpm(lock));
    expect(result.findings).toEqual([]);
  });
});

test('a pull request of a person is left to persons, and nothing is asked of it', async () => {
  const scene = await setScene();
  const pull = scene.open(scene.commit({ 'a.txt': 'a' }, 'Add a'), { author: 'keeper' });
  const result = await scene.run(pull, { act: 'auto-merge' });
  expect(result.outputs?.['decision']).toBe('review');
  expect(JSON.parse(result.outputs?.['reasons'] ?? '')).toEqual([
    'The pull request is by keeper.',
  ]);
  expect(result.outcome).toBe('nothing-to-do');
  expect(scene.github.repository.comments).toEqual([]);
  expect(scene.github.requests.map(({ operation }) => operation)).toEqual(['pulls/get']);
});
