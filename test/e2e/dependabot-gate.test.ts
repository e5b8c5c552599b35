import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Result } from '../../src/core/result-schema.ts';
import type { PullRequestRecord } from '../rig/github/pull-requests.ts';
import { actionEntry, runAction } from '../rig/runner.ts';
import { cargoManifest } from '../tasks/dependabot-gate/sample-repository.ts';
import { lockedAfter, type Scene, setScene } from '../tasks/dependabot-gate/scene.ts';

/** Runs the built action as the runner does on `pull_request`. */
async function gate(
  scene: Scene,
  { number }: Pick<PullRequestRecord, 'number'>,
  inputs: Readonly<Record<string, string>> = {},
) {
  const directory = await mkdtemp(join(tmpdir(), 'event-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const event = join(directory, 'event.json');
  await writeFile(event, JSON.stringify({ number, pull_request: { number } }));
  const run = await runAction(actionEntry('dependabot-gate', 'main'), {
    inputs: { ...scene.inputs, ...inputs },
    env: {
      GITHUB_API_URL: scene.github.url,
      GITHUB_GRAPHQL_URL: `${scene.github.url}/graphql`,
      GITHUB_REPOSITORY: scene.github.repository.name,
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: event,
    },
  });
  return { ...run, result: run.result as Result };
}

test('an honest update may be merged', async () => {
  const scene = await setScene();
  const run = await gate(scene, await scene.openCargo());
  expect(run.outputs).toMatchObject({
    outcome: 'succeeded',
    changed: '0',
    decision: 'merge',
    reasons: '[]',
  });
  expect(run.code).toBe(0);
  expect(run.summary).toContain('What changes');
  expect(scene.github.violations).toEqual([]);
});

test('a script that a crate runs when it is built is for a person, and green', async () => {
  const crate = { name: 'serde', version: '1.0.2', needs: { serde_core: '=1.0.2' } };
  const scene = await setScene({ crates: [{ ...crate, runs: true }] });
  const run = await gate(scene, await scene.openCargo());
  expect(run.outputs).toMatchObject({ outcome: 'succeeded', decision: 'review' });
  expect(JSON.parse(run.outputs['reasons'] ?? '[]')).toEqual([
    'serde 1.0.2 runs a script when it is built, and the version before did not.',
  ]);
  expect(run.code).toBe(0);
});

test('another checksum than the registry has is blocked, and red', async () => {
  const scene = await setScene();
  const lock = lockedAfter({ serde: { version: '1.0.2', checksum: 'f'.repeat(64) } });
  const run = await gate(scene, await scene.openCargo(lock));
  expect(run.outputs).toMatchObject({ outcome: 'attention', decision: 'block' });
  expect(run.result.findings.map(({ code }) => code)).toContain('integrity-changed');
  expect(run.code).toBe(1);
});

test('what it is asked for is done, to the very commit that was looked at', async () => {
  const scene = await setScene();
  const opened = await scene.openCargo();
  const run = await gate(scene, opened, { act: 'auto-merge' });
  expect(run.outputs).toMatchObject({ decision: 'merge', outcome: 'succeeded' });
  expect(run.result.steps.map(({ id, status }) => [id, status])).toEqual([
    ['comment', 'done'],
    ['approve', 'done'],
    ['auto-merge', 'done'],
  ]);
  expect(scene.github.violations).toEqual([]);
});

test('a token that may not read is said to be one, and nothing is merged', async () => {
  const scene = await setScene();
  const opened = await scene.openCargo(undefined, {
    'Cargo.toml': cargoManifest('1.0.2'),
  });
  const run = await gate(scene, opened, { 'github-token': 'ghs_wrong' });
  expect(run.outputs).toMatchObject({ decision: 'review' });
  expect(run.code).toBe(1);
  expect(run.outputs).toMatchObject({ outcome: 'blocked', reason: 'permission-denied' });
  expect(run.result.message).toContain('The token is not valid');
  const shown = run.output.replace('::add-mask::ghs_wrong', '');
  expect(shown).not.toContain('ghs_wrong');
});
