import { describe, expect, test } from 'vitest';
import type { GitHubStandIn } from '../../rig/github/stand-in.ts';
import { nightly, openLog, startHub, target, writeNights } from './kept-log.ts';

/** A log of two runs, with so many comments. */
async function longLog(comments: number): Promise<GitHubStandIn> {
  const github = await startHub();
  await writeNights(github, [nightly(1), nightly(2)]);
  while (github.repository.commentsOf(1).length < comments) {
    github.repository.addComment(1, 'A word.', 'mallory');
  }
  return github;
}

describe('at 1,000 comments a log', () => {
  test('goes on in a new issue, and both have a link to the other', async () => {
    const github = await longLog(1000);
    await writeNights(github, [nightly(3)]);
    const { repository } = github;
    expect(repository.issue(1)).toMatchObject({
      state: 'closed',
      stateReason: 'completed',
    });
    expect(repository.issue(1).body).toContain('**This log goes on in #2.**');
    expect(repository.issue(2)).toMatchObject({
      title: 'Maintenance log: vacuum (matchbook)',
      state: 'open',
      labels: ['maintenance-log'],
    });
    expect(repository.issue(2).body).toContain('It goes on from #1.');
    expect(repository.commentsOf(1)).toHaveLength(1000);
    expect(repository.commentsOf(2)).toHaveLength(1);
  });

  test('keeps its trend', async () => {
    const github = await longLog(1000);
    await writeNights(github, [nightly(3)]);
    expect(github.repository.issue(2).body).toContain('2026-11-01 02:07 UTC');
  });

  test('stays there from then on', async () => {
    const github = await longLog(1000);
    await writeNights(github, [nightly(3), nightly(4)]);
    expect(github.repository.issues.size).toBe(2);
    expect(github.repository.commentsOf(2)).toHaveLength(2);
  });

  test('is read back through both issues', async () => {
    const github = await longLog(1000);
    github.repository.comments.push(...github.repository.comments.splice(0, 2));
    await writeNights(github, [nightly(3)]);
    const { history } = await openLog(github).read(target);
    expect(history.runs).toEqual([nightly(3), nightly(2), nightly(1)]);
  });

  test('goes on even where the old issue could not be marked', async () => {
    const github = await longLog(1000);
    github.faults.armError(502, { on: 'issues/update', times: 4 });
    const { findings } = await openLog(github).write(nightly(3), target);
    expect(findings).toMatchObject([{ code: 'log-not-written' }]);
    expect(github.repository.issue(1)).toMatchObject({ state: 'open' });
    await writeNights(github, [nightly(4)]);
    expect(github.repository.issue(1)).toMatchObject({ state: 'closed' });
    expect(github.repository.commentsOf(2)).toHaveLength(2);
    expect(github.repository.issues.size).toBe(2);
  });

  test('goes on from the old issue where the new one was deleted', async () => {
    const github = await longLog(1000);
    await writeNights(github, [nightly(3)]);
    github.repository.deleteIssue(2);
    await writeNights(github, [nightly(4)]);
    expect(github.repository.issue(3).body).toContain('It goes on from #1.');
    expect(github.repository.commentsOf(3)).toHaveLength(1);
  });

  test('is not continued twice by two runs at once', async () => {
    const github = await longLog(1000);
    await Promise.all(
      [3, 4].map((night) => openLog(github).write(nightly(night), target)),
    );
    const open = [...github.repository.issues.values()].filter(
      ({ state }) => state === 'open',
    );
    expect(open).toMatchObject([{ number: 2 }]);
    expect(github.repository.commentsOf(2)).toHaveLength(2);
  });
});

test('with 999 comments a log stays where it is', async () => {
  const github = await longLog(999);
  await writeNights(github, [nightly(3)]);
  expect(github.repository.commentsOf(1)).toHaveLength(1000);
});
