import { describe, expect, test } from 'vitest';
import type { Result } from '../../../src/core/result-schema.ts';
import { hide } from '../../../src/github/log/marker.ts';
import type { GitHubStandIn } from '../../rig/github/stand-in.ts';
import {
  incomplete,
  nightly,
  openLog,
  quiet,
  startHub,
  target,
  writeNights,
} from './kept-log.ts';

async function read(github: GitHubStandIn): Promise<readonly Result[]> {
  const { history, findings } = await openLog(github).read(target);
  expect(findings).toEqual([]);
  return history.runs;
}

describe('the history', () => {
  test('is empty where there is no log, and none is begun', async () => {
    const github = await startHub();
    expect(await read(github)).toEqual([]);
    expect(github.repository.issues.size).toBe(0);
    expect(github.requests.every(({ operation }) => operation !== 'issues/create')).toBe(
      true,
    );
  });

  test('has the runs as they were reported, newest first', async () => {
    const github = await startHub();
    const nights = [nightly(1), nightly(2, incomplete('a')), nightly(3)];
    await writeNights(github, nights);
    expect(await read(github)).toEqual(nights.toReversed());
  });

  test('has the runs that found nothing to do, between the others', async () => {
    const github = await startHub();
    await writeNights(github, [nightly(1), nightly(2, quiet), nightly(3)]);
    const runs = await read(github);
    expect(runs.map(({ outcome }) => outcome)).toEqual([
      ...['succeeded', 'nothing-to-do', 'succeeded'],
    ]);
    expect(runs[1]).toMatchObject({ startedAt: nightly(2).startedAt, steps: [] });
  });

  test('has a run once, even if its comment is there twice', async () => {
    const github = await startHub();
    await writeNights(github, [nightly(1)]);
    const [comment] = github.repository.commentsOf(1);
    github.repository.addComment(1, comment?.body ?? '');
    expect(await read(github)).toHaveLength(1);
  });
});

describe('what is in a comment is not taken for a run', () => {
  const result = nightly(2);
  const newer = { ...result, schema: 2 };

  test.each([
    ['when a stranger wrote it', hide('result', result), 'mallory'],
    ['when a person of the team wrote it', hide('result', result), 'keeper'],
    ['when it is of a newer schema', hide('result', newer), undefined],
    ['when it is of another task', hide('result', { ...result, task: 'reindex' })],
    ['when a member is missing', hide('result', { ...result, steps: undefined })],
    ['when a member is unknown', hide('result', { ...result, mood: 'good' })],
    ['when a number is a text', hide('result', { ...result, metrics: { a: '1' } })],
    ['when it is quoted', `> ${hide('result', result)}`],
    ['when text follows it', `${hide('result', result)}\n\nSaid mallory.`],
    ['when it is no JSON', hide('result', result).replace('{', '')],
    ['when nothing is hidden in it', 'Well done!'],
  ])('%s', async (_, body, author = 'github-actions[bot]') => {
    const github = await startHub();
    await writeNights(github, [nightly(1)]);
    github.repository.addComment(1, body, author);
    expect(await read(github)).toEqual([nightly(1)]);
  });
});

test('a comment that was sent with other line ends is still understood', async () => {
  const github = await startHub();
  await writeNights(github, [nightly(1)]);
  const [comment] = github.repository.comments;
  if (comment) comment.body = `${comment.body.replaceAll('\n', '\r\n')}\r\n`;
  expect(await read(github)).toEqual([nightly(1)]);
});

describe('thousands of comments', () => {
  async function longLog(own: number, strange: number): Promise<GitHubStandIn> {
    const github = await startHub();
    await writeNights(github, [nightly(1)]);
    const { repository } = github;
    for (let count = 1; count < own; count++) {
      const startedAt = new Date(Date.UTC(2026, 10, 1, 3, count)).toISOString();
      repository.addComment(1, hide('result', nightly(1, { startedAt })));
    }
    for (let count = 0; count < strange; count++) {
      repository.addComment(1, hide('result', nightly(2)), 'mallory');
    }
    return github;
  }

  test.each([
    [2400, 0],
    [1200, 90],
  ])(
    'are read in a few requests, the newest: %i of ours, then %i others',
    async (own, strange) => {
      const github = await longLog(own, strange);
      const before = github.requests.length;
      const runs = await read(github);
      expect(github.requests.length - before).toBeLessThanOrEqual(6);
      expect(runs.length).toBeGreaterThanOrEqual(10);
      const newest = Date.UTC(2026, 10, 1, 3, own - 1);
      expect(runs[0]?.startedAt).toBe(new Date(newest).toISOString());
    },
  );

  test('of strangers alone do not lead to more requests', async () => {
    const github = await longLog(1, 2400);
    const before = github.requests.length;
    expect(await read(github)).toEqual([]);
    expect(github.requests.length - before).toBeLessThanOrEqual(6);
  });

  test('do not slow down the writing', async () => {
    const github = await longLog(900, 0);
    const before = github.requests.length;
    await writeNights(github, [nightly(20)]);
    const operations = github.requests.slice(before).map(({ operation }) => operation);
    expect(operations).toEqual([
      'graphql',
      'issues/list-for-repo',
      'issues/create-comment',
      'issues/update',
      'issues/list-for-repo',
    ]);
  });
});
