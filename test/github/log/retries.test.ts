import { describe, expect, test } from 'vitest';
import { connectGitHub } from '../../../src/github/log/client.ts';
import { Refused } from '../../rig/github/answer.ts';
import type { GitHubStandIn } from '../../rig/github/stand-in.ts';
import { failed, nightly, openLog, startHub, target, writeNights } from './kept-log.ts';

const lost = { carriedOut: true } as const;

/** A GitHub on which the log has one run. */
async function hubWithLog(): Promise<GitHubStandIn> {
  const github = await startHub();
  await writeNights(github, [nightly(1)]);
  return github;
}

function comments({ repository }: GitHubStandIn): number {
  return repository.commentsOf(1).length;
}

describe('over a rate limit', () => {
  test.each([
    ['the hourly one', 'primary', 30, {}],
    ['a secondary one, with status 403', 'secondary', 20, {}],
    ['a secondary one, with status 429', 'secondary', 20, { status: 429 }],
  ] as const)(
    'the log waits as long as GitHub says: %s',
    async (_, kind, seconds, limit) => {
      const github = await hubWithLog();
      github.faults.limitRate(kind, seconds, limit);
      const log = openLog(github);
      const { findings } = await log.write(nightly(2), target);
      expect(findings).toEqual([]);
      expect(log.waits).toEqual([seconds * 1000]);
      expect(comments(github)).toBe(2);
    },
  );

  test('it waits a minute where GitHub does not say how long', async () => {
    const github = await hubWithLog();
    github.faults.limitRate('secondary', 60, { saysWhen: false });
    const log = openLog(github);
    expect((await log.write(nightly(2), target)).findings).toEqual([]);
    expect(log.waits).toEqual([60_000]);
  });

  test('that stops the comment alone, no comment is doubled', async () => {
    const github = await hubWithLog();
    github.faults.limitRate('secondary', 5, { on: 'issues/create-comment' });
    expect((await openLog(github).write(nightly(2), target)).findings).toEqual([]);
    expect(comments(github)).toBe(2);
  });

  test('for longer than a minute, it gives up at once and says so', async () => {
    const github = await hubWithLog();
    github.faults.limitRate('primary', 1800);
    const log = openLog(github);
    const before = github.requests.length;
    const { findings } = await log.write(nightly(2), target);
    expect(log.waits).toEqual([]);
    expect(github.requests.length - before).toBe(1);
    expect(findings).toMatchObject(
      [{ code: 'log-not-written', severity: 'low', message: /rate limit exceeded/ }].map(
        ({ message, ...rest }) => ({ ...rest, message: expect.stringMatching(message) }),
      ),
    );
  });

  test('again and again, it waits no longer than a minute in all', async () => {
    const github = await hubWithLog();
    const retryAfter = { 'retry-after': '25' };
    const { answer } = new Refused(429, 'Slow down', { headers: retryAfter });
    github.faults.arm({ answer }, { times: 100 });
    const log = openLog(github);
    expect((await log.write(nightly(2), target)).findings).toHaveLength(1);
    expect(log.waits).toEqual([25_000, 25_000]);
  });
});

describe('a fault of the server or the network', () => {
  test.each([
    ['502', { answer: new Refused(502, 'Server Error').answer }],
    ['a broken connection', { answer: 'reset' }],
  ] as const)('that passes is not noticed: %s', async (_, trouble) => {
    const github = await hubWithLog();
    github.faults.arm(trouble, { times: 2 });
    const log = openLog(github);
    expect((await log.write(nightly(2), target)).findings).toEqual([]);
    expect(log.waits).toEqual([1000, 2000]);
    expect(comments(github)).toBe(2);
  });

  test('is a finding when it stays, and no more is tried', async () => {
    const github = await hubWithLog();
    github.faults.armError(503, { times: 100 });
    const before = github.requests.length;
    const log = openLog(github);
    const { url, findings } = await log.write(nightly(2, failed('a')), target);
    expect(url).toBeNull();
    expect(findings).toMatchObject([{ code: 'log-not-written' }]);
    expect(log.waits).toEqual([1000, 2000, 4000]);
    expect(github.requests.length - before).toBe(4);
  });

  test('at the beginning of a run does not keep its end from being written', async () => {
    const github = await hubWithLog();
    github.faults.armError(503, { times: 4 });
    const log = openLog(github);
    expect((await log.read(target)).findings).toHaveLength(1);
    expect((await log.write(nightly(2), target)).findings).toEqual([]);
    expect(comments(github)).toBe(2);
  });

  test('that is a server which does not answer ends after a while', async () => {
    const github = await hubWithLog();
    github.faults.arm({ answer: 'silence' }, { times: 1 });
    const log = openLog(github, { timeoutMs: 50 });
    expect((await log.write(nightly(2), target)).findings).toEqual([]);
    expect(log.waits).toEqual([1000]);
  });

  test('is no GitHub at all', async () => {
    const github = await startHub();
    const log = openLog(github, { apiUrl: 'http://127.0.0.1:9' });
    const { history, findings } = await log.read(target);
    expect(history.runs).toEqual([]);
    expect(findings[0]?.message).toMatch(/no answer to POST \/graphql: .+\.$/);
  });
});

describe('a lost answer', () => {
  test.each([
    ['502', { ...lost, answer: new Refused(502, 'Server Error').answer }],
    ['a broken connection', { ...lost, answer: 'reset' }],
  ] as const)('does not double a comment: %s', async (_, trouble) => {
    const github = await hubWithLog();
    github.faults.arm(trouble, { on: 'issues/create-comment' });
    const { url, findings } = await openLog(github).write(nightly(2), target);
    expect(findings).toEqual([]);
    expect(comments(github)).toBe(2);
    expect(url).toContain(`#issuecomment-${github.repository.comments.at(-1)?.id}`);
  });

  test('does not double a comment of which there are hundreds', async () => {
    const github = await hubWithLog();
    for (let count = 0; count < 250; count++) github.repository.addComment(1, 'A word.');
    github.faults.armError(502, { ...lost, on: 'issues/create-comment' });
    await openLog(github).write(nightly(2), target);
    expect(comments(github)).toBe(252);
  });

  test('does not double the log, its label or an incident', async () => {
    const github = await startHub();
    for (const on of ['issues/create-label', 'issues/create']) {
      github.faults.armError(502, { ...lost, on, times: 1 });
    }
    const { findings } = await openLog(github).write(nightly(1, failed('a')), target);
    expect(findings).toEqual([]);
    github.faults.armError(502, { ...lost, on: 'issues/create' });
    await openLog(github).write(nightly(1, failed('a')), 'reports');
    expect([...github.repository.issues.values()].map(({ title }) => title)).toEqual([
      'Maintenance log: vacuum (matchbook)',
      'Maintenance failed: vacuum (matchbook)',
      'Maintenance log: vacuum (reports)',
      'Maintenance failed: vacuum (reports)',
    ]);
    expect(github.repository.labels).toHaveLength(2);
  });

  test('of a comment that was not written has it written again', async () => {
    const github = await hubWithLog();
    github.faults.armError(502, { on: 'issues/create-comment' });
    expect((await openLog(github).write(nightly(2), target)).findings).toEqual([]);
    expect(comments(github)).toBe(2);
  });

  test('does not double the comment on an incident', async () => {
    const github = await startHub();
    await writeNights(github, [nightly(1, failed('a'))]);
    github.repository.deleteIssue(1);
    await writeNights(github, [nightly(2)]);
    expect(github.repository.commentsOf(2)).toHaveLength(1);
    await writeNights(github, [nightly(3, failed('a'))]);
    github.faults.armError(502, { ...lost, on: 'issues/create-comment', times: 2 });
    await openLog(github).write(nightly(4), target);
    const bodies = github.repository.comments.map(({ body }) => body);
    expect(new Set(bodies).size).toBe(bodies.length);
  });
});

test('a run that is stopped does not wait for its log', async () => {
  const github = await hubWithLog();
  const controller = new AbortController();
  github.faults.armError(503, { times: 100 });
  const { octokit } = connectGitHub({
    ...{ token: github.token, apiUrl: github.url, signal: controller.signal },
    wait: async () => controller.abort(new Error('stopped')),
  });
  await expect(octokit.rest.meta.root()).rejects.toThrow('stopped');
});
