import { describe, expect, test } from 'vitest';
import { type Scene, setScene } from './scene.ts';

async function decisionOf(scene: Scene, inputs: Record<string, string> = {}) {
  const result = await scene.run(await scene.openCargo(), inputs);
  return { result, decision: result.outputs?.['decision'] };
}

describe('what nobody could tell is for a person', () => {
  test.each([
    ['a registry that fails', '/crates/se/rd/serde', 500],
    ['a registry that refuses', '/crates/se/rd/serde', 401],
    ['an archive that is not there', '/archives/serde/1.0.2/download', 404],
  ])('%s', async (_, path, status) => {
    const scene = await setScene();
    // Longer than anybody waits.
    scene.registry.routes[path] = { status, headers: { 'retry-after': '3600' } };
    const { result, decision } = await decisionOf(scene);
    expect(decision).toBe('review');
    expect(result.findings.map(({ code }) => code)).toContain('source-failed');
    expect(result.outcome).toBe('succeeded');
  });

  test('advisories that cannot be read', async () => {
    const scene = await setScene();
    const { result, decision } = await decisionOf(scene, { advisories: '/nowhere' });
    expect(decision).toBe('review');
    expect(result.findings.map(({ code }) => code)).toEqual(['source-failed']);
  });

  test('a repository of which GitHub lists only a part', async () => {
    const scene = await setScene();
    scene.github.repository.isTreeCut = true;
    const { decision } = await decisionOf(scene);
    expect(decision).toBe('review');
  });

  test('more commits than GitHub lists', async () => {
    const scene = await setScene();
    let head = (await scene.openCargo()).headSha;
    for (let more = 0; more < 250; more++) head = scene.commit({}, [], {}, head);
    const result = await scene.run(scene.open(head));
    expect(result.outputs?.['decision']).toBe('review');
    expect(result.findings.map(({ message }) => message)).toContain(
      '250 of its 251 commits could be looked at.',
    );
  });

  test.each([
    ['a policy that cannot be read', { baseFiles: { '.github/p.yml': 'alow: []\n' } }],
    ['a policy that is not there', {}],
  ])('%s', async (_, options) => {
    const scene = await setScene(options);
    const { decision } = await decisionOf(scene, { policy: '.github/p.yml' });
    expect(decision).toBe('review');
  });

  test('a pull request that is closed', async () => {
    const scene = await setScene();
    const pull = await scene.openCargo();
    pull.state = 'closed';
    const result = await scene.run(pull, { act: 'auto-merge' });
    expect(result.outputs?.['decision']).toBe('review');
    expect(result.steps).toEqual([]);
  });
});

describe('a run that could not look is red, and merges nothing', () => {
  test('a token that may not read', async () => {
    const scene = await setScene();
    scene.github.repository.permissions.contents = 'none';
    const { result, decision } = await decisionOf(scene);
    expect([result.outcome, decision]).toEqual(['blocked', 'review']);
    expect(result.message).toContain('not accessible');
  });

  test('no token', async () => {
    const scene = await setScene();
    const { result, decision } = await decisionOf(scene, { 'github-token': '' });
    expect([result.outcome, result.reason, decision]).toEqual([
      ...['blocked', 'permission-denied', 'review'],
    ]);
  });

  test('no such pull request', async () => {
    const scene = await setScene();
    const result = await scene.run({ number: 99 });
    expect([result.outcome, result.outputs?.['decision']]).toEqual(['blocked', 'review']);
  });
});
