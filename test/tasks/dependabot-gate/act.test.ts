import { describe, expect, test } from 'vitest';
import type { Result } from '../../../src/core/result-schema.ts';
import { commentMarker } from '../../../src/tasks/dependabot-gate/act/comment-body.ts';
import type { PullRequestRecord } from '../../rig/github/pull-requests.ts';
import { lockedAfter, type Scene, setScene } from './scene.ts';

function statuses({ steps }: Result): Record<string, string> {
  return Object.fromEntries(steps.map(({ id, status }) => [id, status]));
}

const openBad = (scene: Scene) =>
  scene.openCargo(lockedAfter({ log: { version: '0.4.2' } }));

describe('acting', () => {
  test('auto-merge comments, approves and lets GitHub merge this very commit', async () => {
    const scene = await setScene();
    const pull = await scene.openCargo();
    const result = await scene.run(pull, { act: 'auto-merge', 'merge-method': 'rebase' });
    expect(statuses(result)).toEqual({
      ...{ comment: 'done', approve: 'done', 'auto-merge': 'done' },
    });
    expect(pull.autoMerge).toEqual({ method: 'REBASE', head: pull.headSha });
    expect(pull.reviews).toMatchObject([{ state: 'APPROVED', commit: pull.headSha }]);
    expect(scene.github.violations).toEqual([]);
  });

  test.each([
    ['none', []],
    ['comment', ['comment']],
    ['approve', ['comment', 'approve']],
  ])('%s does no more than that', async (act, ids) => {
    const scene = await setScene();
    const pull = await scene.openCargo();
    const result = await scene.run(pull, { act });
    expect(result.steps.map(({ id }) => id)).toEqual(ids);
    expect(pull.autoMerge).toBeNull();
    const writes = scene.github.requests.filter(
      ({ method, operation }) => method !== 'GET' && operation !== 'graphql',
    );
    expect(writes).toHaveLength(ids.length);
  });

  test('a dry run only plans', async () => {
    const scene = await setScene();
    const pull = await scene.openCargo();
    const result = await scene.run(pull, { act: 'auto-merge', 'dry-run': 'true' });
    expect(new Set(Object.values(statuses(result)))).toEqual(new Set(['planned']));
    expect(scene.github.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('what does not hold any more is taken back', async () => {
    const scene = await setScene();
    const pull = await openBad(scene);
    pull.autoMerge = { method: 'SQUASH', head: 'earlier' };
    const { account } = scene.github.repository;
    const commit = 'e'.repeat(40);
    scene.github.repository.addReview(pull.number, { author: account, commit, body: '' });
    scene.github.repository.addReview(pull.number, {
      author: 'keeper',
      commit,
      body: '',
    });
    const result = await scene.run(pull, { act: 'auto-merge' });
    expect(statuses(result)).toEqual({
      ...{ 'disable-auto-merge': 'done', 'withdraw-approval': 'done', comment: 'done' },
    });
    expect(pull.autoMerge).toBeNull();
    expect(pull.reviews.map(({ state }) => state)).toEqual(['DISMISSED', 'APPROVED']);
    expect(scene.github.violations).toEqual([]);
  });

  test('what others allowed stays', async () => {
    const scene = await setScene();
    const pull = await openBad(scene);
    pull.autoMerge = { method: 'SQUASH', head: pull.headSha, enabledBy: 'keeper' };
    const result = await scene.run(pull, { act: 'auto-merge' });
    expect(statuses(result)['disable-auto-merge']).toBe('skipped');
    expect(pull.autoMerge?.enabledBy).toBe('keeper');
  });

  test.each<[string, string, (scene: Scene, pull: PullRequestRecord) => void]>([
    [
      'a commit that has nothing in common with the base',
      'attention',
      ({ git }, pull) => {
        pull.headSha = git.commit({ files: { 'src/main.rs': 'evil' } });
      },
    ],
    [
      'a branch of another name',
      'succeeded',
      (_, pull) => {
        pull.headBranch = 'other';
      },
    ],
    [
      'another base',
      'succeeded',
      ({ git }, pull) => {
        git.branches.set('other', git.find('main')?.sha ?? '');
        pull.baseBranch = 'other';
      },
    ],
  ])('%s takes back what was allowed', async (_, outcome, change) => {
    const scene = await setScene();
    const pull = await scene.openCargo();
    await scene.run(pull, { act: 'auto-merge' });
    expect(pull.autoMerge).not.toBeNull();
    change(scene, pull);
    const result = await scene.run(pull, { act: 'auto-merge' });
    expect([result.outcome, result.outputs?.['decision']]).toEqual([outcome, 'review']);
    expect(pull.autoMerge).toBeNull();
    expect(pull.reviews.map(({ state }) => state)).toEqual(['DISMISSED']);
    expect(scene.github.violations).toEqual([]);
  });

  test('an approval is found among 2,000 reviews of others', async () => {
    const scene = await setScene();
    const pull = await openBad(scene);
    const { repository } = scene.github;
    const review = { commit: pull.headSha, body: '' };
    for (let more = 0; more < 2000; more++) {
      repository.addReview(pull.number, { author: 'mallory', ...review });
    }
    const own = repository.addReview(pull.number, {
      author: repository.account,
      ...review,
    });
    await scene.run(pull, { act: 'approve' });
    expect(own.state).toBe('DISMISSED');
  });

  test('there is one comment, whatever others write', async () => {
    const scene = await setScene();
    const pull = await openBad(scene);
    const { repository } = scene.github;
    repository.addComment(pull.number, `Merge!\n\n${commentMarker}`, 'mallory');
    await scene.run(pull, { act: 'comment' });
    const [, first] = repository.commentsOf(pull.number);
    expect(first?.body).toMatch(/^### 👀 review\n/);
    expect(first?.body).toContain('log 0.4.2 comes');
    pull.headSha = (await scene.openCargo()).headSha;
    await scene.run(pull, { act: 'comment' });
    const comments = repository.commentsOf(pull.number);
    expect(comments.map(({ id }) => id)).toEqual([expect.any(Number), first?.id]);
    expect(comments[1]?.body).toMatch(/^### ✅ merge\n/);
    expect(comments[0]?.body).toMatch(/^Merge!/);
  });

  test('an approval is given once', async () => {
    const scene = await setScene();
    const pull = await scene.openCargo();
    await scene.run(pull, { act: 'approve' });
    await scene.run(pull, { act: 'approve' });
    expect(pull.reviews).toHaveLength(1);
  });

  test('texts of the pull request become no markup', async () => {
    const deprecated =
      'use <img src=x> [this](https://evil.example) @keeper | x\n::error::';
    const scene = await setScene({
      modules: [{ name: 'mime', version: '1.1.0', deprecated }],
    });
    const pull = scene.openNpm();
    await scene.run(pull, { act: 'comment' });
    const [comment] = scene.github.repository.commentsOf(pull.number);
    expect(comment?.body).not.toMatch(/<img|\]\(https|@keeper|\n::/);
    expect(comment?.body).toContain('mime 1.1.0 is deprecated');
  });

  test('a branch that moves at the last moment is left alone', async () => {
    const scene = await setScene();
    const pull = await scene.openCargo();
    const evil = scene.commit({ 'src/main.rs': 'evil' }, 'evil', {}, pull.headSha);
    const { git } = scene;
    let looks = 0;
    Object.defineProperty(pull, 'headSha', {
      // Looked at before and after; then somebody pushes.
      get: () => (++looks > 5 ? evil : git.find(honest)?.sha),
    });
    const honest = (await scene.openCargo()).headSha;
    const result = await scene.run(pull, { act: 'auto-merge' });
    expect(new Set(Object.values(statuses(result)))).not.toContain('done');
    expect(pull.autoMerge).toBeNull();
    expect(pull.reviews).toEqual([]);
  });
});

describe('what is not permitted is said, and does not fail', () => {
  test('a token that may only read', async () => {
    const scene = await setScene();
    const { permissions } = scene.github.repository;
    Object.assign(permissions, { pullRequests: 'read', contents: 'read' });
    scene.github.repository.issuesPermission = 'none';
    const result = await scene.run(await scene.openCargo(), { act: 'auto-merge' });
    expect(statuses(result)).toEqual({
      ...{ comment: 'skipped', approve: 'skipped', 'auto-merge': 'skipped' },
    });
    const codes = result.findings.map(({ code }) => code);
    expect(codes).toEqual(['not-permitted', 'not-permitted', 'not-permitted']);
    expect(result.findings.map(({ remedy }) => remedy).join('\n')).toContain(
      '`contents: write` and `pull-requests: write`',
    );
    expect(result.outputs?.['decision']).toBe('merge');
    expect(result.outcome).not.toBe('failed');
  });

  test.each([
    ['letsActionsApprove', 'approve', /Allow GitHub Actions to create and approve/],
    ['allowsAutoMerge', 'auto-merge', /Allow auto-merge/],
  ] as const)('a repository without %s', async (setting, step, says) => {
    const scene = await setScene();
    scene.github.repository.settings[setting] = false;
    const result = await scene.run(await scene.openCargo(), { act: 'auto-merge' });
    expect(statuses(result)[step]).toBe('skipped');
    const [finding] = result.findings;
    expect(finding?.code).toBe('not-permitted');
    expect(finding?.remedy).toMatch(says);
  });
});
