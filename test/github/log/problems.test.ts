import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/core/finding.ts';
import type { GitHubStandIn } from '../../rig/github/stand-in.ts';
import { failed, nightly, openLog, startHub, target, writeNights } from './kept-log.ts';

/** The one finding of a run that reads its log, and in the end writes to it. */
async function findingOf(
  github: GitHubStandIn,
  changes: Parameters<typeof openLog>[1] = {},
): Promise<Finding> {
  const log = openLog(github, changes);
  const read = await log.read(target);
  const written = await log.write(nightly(2, failed('a')), target);
  const [finding, ...others] = [...read.findings, ...written.findings];
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ code: 'log-not-written', severity: 'low' });
  return finding as Finding;
}

describe('without issues: write', () => {
  test.each([
    ['none', 'private', 'read'],
    ['none', 'public', 'written'],
    ['read', 'private', 'written'],
  ] as const)(
    'but %s, in a %s repository, the log cannot be %s',
    async (permission, visibility, doing) => {
      const github = await startHub();
      Object.assign(github.repository, { issuesPermission: permission, visibility });
      const { message, remedy } = await findingOf(github);
      expect(message).toContain(`could not be ${doing}: GitHub answered 403 to `);
      expect(message).toContain('Resource not accessible by integration');
      expect(remedy).toContain('`issues: write` under `permissions:`');
      expect(github.repository.issues.size).toBe(0);
    },
  );

  test('an existing log is read all the same', async () => {
    const github = await startHub();
    await writeNights(github, [nightly(1)]);
    github.repository.issuesPermission = 'read';
    const { history, findings } = await openLog(github).read(target);
    expect(findings).toEqual([]);
    expect(history.runs).toEqual([nightly(1)]);
  });
});

describe('a log that is locked', () => {
  async function lockedLog(): Promise<GitHubStandIn> {
    const github = await startHub();
    await writeNights(github, [nightly(1)]);
    github.repository.issue(1).locked = true;
    return github;
  }

  test('is a finding that names the issue to unlock', async () => {
    const { message, remedy } = await findingOf(await lockedLog());
    expect(message).toContain('issue is locked');
    expect(remedy).toContain('issue #1 in matchbook/exchange');
  });

  test('has its body brought up to date, and the incident is opened', async () => {
    const github = await lockedLog();
    const { url } = await openLog(github).write(nightly(2, failed('a')), target);
    expect(github.repository.commentsOf(1)).toHaveLength(1);
    expect(github.repository.issue(1).body).toContain('2026-11-02 02:07 UTC');
    expect(github.repository.issue(2).title).toMatch(/^Maintenance failed/);
    expect(url).toBe('https://github.example/matchbook/exchange/issues/1');
  });
});

describe('a finding says what to do about', () => {
  test('a token that is not valid', async () => {
    const github = await startHub();
    const { remedy } = await findingOf(github, { token: 'ghs_other' });
    expect(remedy).toContain('`github-token`');
  });

  test('no token at all', async () => {
    const github = await startHub();
    const { message, remedy } = await findingOf(github, { token: '' });
    expect(message).toContain('`github-token` is empty');
    expect(remedy).not.toBe('');
  });

  test('issues that are turned off', async () => {
    const github = await startHub();
    github.repository.hasIssues = false;
    const { remedy } = await findingOf(github);
    expect(remedy).toContain('`log-repository`');
  });

  test('a repository that is not there, or not to be seen', async () => {
    const github = await startHub();
    const { message, remedy } = await findingOf(github, { repository: 'matchbook/ops' });
    expect(message).toContain('matchbook/ops');
    expect(remedy).toContain('`log-repository`');
  });

  test('a server that has trouble', async () => {
    const github = await startHub();
    github.faults.armError(502, { times: 100 });
    const { message, remedy } = await findingOf(github);
    expect(message).toMatch(/GitHub answered 502 to .*: Server Error\.$/);
    expect(remedy).toContain('the next one writes again');
  });

  test('what nobody expected', async () => {
    const github = await startHub();
    await writeNights(github, [nightly(1)]);
    github.faults.armError(418, { on: 'issues/update' });
    const { findings } = await openLog(github).write(nightly(2), target);
    expect(findings).toMatchObject([{ remedy: expect.stringMatching(/\w/) }]);
  });
});

test('a lost comment does not keep the incident from being closed', async () => {
  const github = await startHub();
  await writeNights(github, [nightly(1, failed('a'))]);
  github.faults.armError(418, { on: 'issues/create-comment' });
  await openLog(github).write(nightly(2), target);
  expect(github.repository.issue(2)).toMatchObject({ state: 'closed' });
});

test('the token is in no finding', async () => {
  const github = await startHub();
  const { message, remedy } = await findingOf(github, { token: 'ghs_secret' });
  expect(message + remedy).not.toContain('ghs_secret');
});
