import { describe, expect, test } from 'vitest';
import { hide } from '../../../src/github/log/marker.ts';
import type { GitHubStandIn } from '../../rig/github/stand-in.ts';
import { nightly, openLog, startHub, target, writeNights } from './kept-log.ts';

const title = 'Maintenance log: vacuum (matchbook)';
const marker = hide('log', { task: 'vacuum', target, recent: [], carriedOver: [] });

async function write(github: GitHubStandIn, night = 1) {
  await writeNights(github, [nightly(night)]);
}

function issues({ repository }: GitHubStandIn) {
  return [...repository.issues.values()].map(({ number, state, stateReason }) => ({
    number,
    state,
    stateReason,
  }));
}

function commentsOf({ repository }: GitHubStandIn, number: number): number {
  return repository.commentsOf(number).length;
}

describe('the issue of a log', () => {
  test('is begun by the first run, and found by the next', async () => {
    const github = await startHub();
    await writeNights(github, [nightly(1), nightly(2)]);
    const [issue, ...others] = [...github.repository.issues.values()];
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ title, labels: ['maintenance-log'], state: 'open' });
    expect(commentsOf(github, 1)).toBe(2);
  });

  test('has a label that is made where it is missing', async () => {
    const github = await startHub();
    await write(github);
    expect(github.repository.labels).toMatchObject([
      { name: 'maintenance-log', color: '0e8a16', description: expect.any(String) },
    ]);
  });

  test('has the label of the repository, if there is one', async () => {
    const github = await startHub();
    github.repository.addLabel({ name: 'maintenance-log', color: 'ffffff' });
    await write(github);
    expect(github.repository.labels).toMatchObject([{ color: 'ffffff' }]);
  });

  test('is one for each task and target', async () => {
    const github = await startHub();
    await write(github);
    await openLog(github, { task: 'reindex' }).write(nightly(1), target);
    await openLog(github).write(nightly(1), 'reports');
    const titles = [...github.repository.issues.values()].map((issue) => issue.title);
    expect(titles).toEqual([
      title,
      'Maintenance log: reindex (matchbook)',
      'Maintenance log: vacuum (reports)',
    ]);
  });

  test('has a title of one line that GitHub takes, whatever the target is called', async () => {
    const github = await startHub();
    const name = `a\nb${'c'.repeat(1000)}`;
    await openLog(github).write(nightly(1), name);
    await openLog(github).write(nightly(2), name);
    expect(github.repository.issues.size).toBe(1);
    expect(github.repository.issue(1).title).toMatch(
      /^Maintenance log: vacuum \(a bc+…\)$/,
    );
  });
});

describe('an issue is not taken for the log', () => {
  test.each([
    ['by its title', { title, body: 'Text' }],
    ['for a marker of another task', { body: marker.replace('vacuum', 'reindex') }],
    ['for a marker of another target', { body: marker.replace(target, 'other') }],
    ['for a marker that is quoted', { body: `> ${marker}` }],
    ['for a marker further down', { body: `Text\n\n${marker}` }],
    ['when a stranger wrote it', { body: marker, author: 'mallory' }],
    ['when it is a pull request', { body: marker, isPullRequest: true }],
  ])('%s', async (_, issue) => {
    const github = await startHub();
    github.repository.addIssue({ labels: ['maintenance-log'], ...issue });
    await write(github);
    expect(commentsOf(github, 1)).toBe(0);
    expect(commentsOf(github, 2)).toBe(1);
  });
});

describe('a log', () => {
  test('that was closed by hand is opened again', async () => {
    const github = await startHub();
    await write(github);
    github.repository.updateIssue(1, { state: 'closed' });
    await write(github, 2);
    expect(issues(github)).toEqual([
      { number: 1, state: 'open', stateReason: 'reopened' },
    ]);
    expect(commentsOf(github, 1)).toBe(2);
  });

  test('that was deleted is begun anew', async () => {
    const github = await startHub();
    await write(github);
    github.repository.deleteIssue(1);
    await write(github, 2);
    expect(issues(github)).toMatchObject([{ number: 2, state: 'open' }]);
    expect(commentsOf(github, 2)).toBe(1);
  });

  test('whose title was changed is still found', async () => {
    const github = await startHub();
    await write(github);
    github.repository.updateIssue(1, { title: 'Vacuum' });
    await write(github, 2);
    expect(commentsOf(github, 1)).toBe(2);
  });

  test('that lost its label is found, and labelled again beside its other labels', async () => {
    const github = await startHub();
    await write(github);
    github.repository.updateIssue(1, { labels: ['database'] });
    github.repository.deleteLabel('maintenance-log');
    await write(github, 2);
    expect(github.repository.issue(1).labels).toEqual(['database', 'maintenance-log']);
    expect(github.repository.findLabel('maintenance-log')?.color).toBe('0e8a16');
    expect(commentsOf(github, 1)).toBe(2);
  });

  test('is found among many issues', async () => {
    const github = await startHub();
    await write(github);
    for (let count = 0; count < 150; count++) {
      github.clock.advance(1000);
      github.repository.addIssue({ labels: ['maintenance-log'], author: 'mallory' });
    }
    await write(github, 2);
    expect(commentsOf(github, 1)).toBe(2);
  });
});

describe('of two issues of one log', () => {
  test('the lowest number wins, and the other is closed with a link', async () => {
    const github = await startHub();
    const labels = ['maintenance-log'];
    github.repository.addIssue({ labels, body: `${marker}\n\nFirst.` });
    github.repository.addIssue({ labels, body: `${marker}\r\n\r\nSecond.` });
    await write(github);
    expect(issues(github)).toEqual([
      { number: 1, state: 'open', stateReason: null },
      { number: 2, state: 'closed', stateReason: 'duplicate' },
    ]);
    expect(github.repository.issue(2).body).toMatch(
      /\*\*Duplicate of #1\.\*\*\n\nSecond\.$/,
    );
    expect(commentsOf(github, 1)).toBe(1);
  });

  test('the open one wins over one that was closed by hand', async () => {
    const github = await startHub();
    await write(github);
    github.repository.updateIssue(1, { state: 'closed' });
    github.repository.addIssue({ labels: ['maintenance-log'], body: marker });
    await write(github, 2);
    expect(commentsOf(github, 2)).toBe(1);
    expect(github.repository.issue(1).state).toBe('closed');
  });

  test('none is left by two runs at once, and both runs are in the log', async () => {
    const github = await startHub();
    const written = await Promise.all(
      [1, 2].map((night) => openLog(github).write(nightly(night), target)),
    );
    expect(written.flatMap(({ findings }) => findings)).toEqual([]);
    const open = issues(github).filter(({ state }) => state === 'open');
    expect(open).toMatchObject([{ number: 1 }]);
    expect(commentsOf(github, 1)).toBe(2);
    const { history } = await openLog(github).read(target);
    expect(history.runs).toEqual([nightly(2), nightly(1)]);
  });

  test('the duplicate is not opened again when the first is closed by hand', async () => {
    const github = await hubWithDuplicate();
    github.repository.updateIssue(1, { state: 'closed' });
    await write(github, 2);
    expect(issues(github)).toMatchObject([
      { number: 1, state: 'open' },
      { number: 2, state: 'closed' },
    ]);
  });

  test('the duplicate takes over when the first is deleted', async () => {
    const github = await hubWithDuplicate();
    github.repository.deleteIssue(1);
    await write(github, 2);
    expect(issues(github)).toMatchObject([{ number: 2, state: 'open' }]);
    expect(github.repository.issue(2).body).not.toContain('Duplicate');
  });

  async function hubWithDuplicate(): Promise<GitHubStandIn> {
    const github = await startHub();
    const labels = ['maintenance-log'];
    github.repository.addIssue({ labels, body: marker });
    github.repository.addIssue({ labels, body: marker });
    await write(github);
    return github;
  }
});
