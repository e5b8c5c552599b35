import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/core/finding.ts';
import type { Result } from '../../../src/core/result-schema.ts';
import type { GitHubStandIn } from '../../rig/github/stand-in.ts';
import { sampleFinding, sampleStep } from '../../sample-result.ts';
import {
  failed,
  incomplete,
  nightly,
  openLog,
  quiet,
  runUrl,
  startHub,
  target,
  writeNights,
} from './kept-log.ts';

type Changes = Partial<Result>;

const label = 'maintenance-failed';
const blocked: Changes = {
  outcome: 'blocked',
  reason: 'already-running',
  message: 'Another run holds the lock.',
  steps: [],
};
const checkFailed: Changes = {
  outcome: 'failed',
  reason: 'check-failed',
  message: 'The catalog could not be read.',
  steps: [],
};

function attention(...findings: Finding[]): Changes {
  return { outcome: 'attention', reason: 'findings', findings };
}

const grave = sampleFinding({ severity: 'high', subject: 'public.a_idx' });

/** Writes what happened night by night. */
async function nights(github: GitHubStandIn, ...changes: Changes[]): Promise<void> {
  await writeNights(
    github,
    changes.map((change, index) => nightly(index + 1, change)),
  );
}

function incidents({ repository }: GitHubStandIn) {
  return [...repository.issues.values()].filter(({ labels }) => labels.includes(label));
}

/** The subjects that are listed in the only incident there is; `null` where it is closed. */
function subjects(github: GitHubStandIn): string[] | null {
  const [incident, ...others] = incidents(github);
  expect(others).toEqual([]);
  if (!incident || incident.state === 'closed') return null;
  const rows = String(incident.body).split('\n');
  return rows
    .filter((row) => row.startsWith('| ') && row.includes('<code>'))
    .map((row) => (row.split('|')[1] ?? '').replaceAll(/<\/?code>/g, '').trim());
}

describe('an incident is opened', () => {
  test.each([
    ['by a failed step', failed('a', 'b'), ['step a', 'step b']],
    ['by a run that was refused', blocked, ['blocked already-running']],
    ['by a check that could not be made', checkFailed, ['failed check-failed']],
    [
      'by findings at or above fail-on',
      attention(grave, sampleFinding()),
      ['finding invalid-index: public.a_idx'],
    ],
    [
      'by a failed step and a finding together',
      { ...failed('a'), findings: [grave] },
      ['step a', 'finding invalid-index: public.a_idx'],
    ],
  ])('%s', async (_, changes, listed) => {
    const github = await startHub();
    await nights(github, changes);
    expect(subjects(github)).toEqual(listed);
    expect(incidents(github)[0]).toMatchObject({
      title: 'Maintenance failed: vacuum (matchbook)',
      state: 'open',
    });
  });

  test.each([
    ['succeeded', {}],
    ['was incomplete', incomplete('a')],
    ['found nothing to do', quiet],
    ['had findings below fail-on', { findings: [sampleFinding()] }],
  ])('by no run that %s', async (_, changes) => {
    const github = await startHub();
    await nights(github, changes);
    expect(incidents(github)).toEqual([]);
  });

  test('with what is wrong, since when, and in which run', async () => {
    const github = await startHub();
    await nights(github, failed('public.a'));
    expect(incidents(github)[0]?.body).toContain(
      `| step <code>public.a</code> | It broke. | 2026-11-01 02:07 UTC | [2026-11-01 02:07 UTC](${runUrl(1)}) | 1 |`,
    );
  });

  test('with a label that is made where it is missing', async () => {
    const github = await startHub();
    await nights(github, blocked);
    expect(github.repository.findLabel(label)).toMatchObject({ color: 'd73a4a' });
  });

  test('for each task and target of its own', async () => {
    const github = await startHub();
    await nights(github, failed('a'));
    await openLog(github, { task: 'reindex' }).write(nightly(1, failed('a')), target);
    await openLog(github).write(nightly(1, failed('a')), 'reports');
    expect(incidents(github)).toHaveLength(3);
    await nights(github, {});
    expect(incidents(github).map(({ state }) => state)).toEqual([
      ...['closed', 'open', 'open'],
    ]);
  });
});

describe('an open incident', () => {
  test('is brought up to date by the next run that ends badly', async () => {
    const github = await startHub();
    await nights(github, failed('a'), failed('a', 'b'));
    expect(subjects(github)).toEqual(['step a', 'step b']);
    expect(incidents(github)[0]?.body).toContain(
      `| It broke. | 2026-11-01 02:07 UTC | [2026-11-02 02:07 UTC](${runUrl(2)}) | 2 |`,
    );
  });

  test('tells people of what is new, and of nothing else', async () => {
    const github = await startHub();
    await nights(github, failed('a'), failed('a'), failed('a', 'b'));
    const { number = 0 } = incidents(github)[0] ?? {};
    const [comment, ...others] = github.repository.commentsOf(number);
    expect(others).toEqual([]);
    expect(comment?.body).toContain('New:\n\n- step <code>b</code>');
    expect(comment?.body).not.toContain('<code>a</code>');
  });

  test('is left alone by a run that says nothing of its subjects', async () => {
    const github = await startHub();
    await nights(github, failed('a'));
    const before = structuredClone(incidents(github)[0]);
    await writeNights(github, [nightly(2, incomplete('a'))]);
    expect(incidents(github)[0]).toEqual(before);
  });

  test('is found by its marker, whatever its title', async () => {
    const github = await startHub();
    await nights(github, failed('a'));
    const { number = 0 } = incidents(github)[0] ?? {};
    github.repository.updateIssue(number, { title: 'Look here' });
    await writeNights(github, [nightly(2, failed('b'))]);
    expect(incidents(github)).toHaveLength(1);
  });
});

describe('a subject is closed', () => {
  test.each([
    ['a step that is done', failed('a'), { steps: [sampleStep({ id: 'a' })] }],
    ['a step that is no longer planned', failed('a'), {}],
    ['a step where nothing is to do any more', failed('a'), quiet],
    ['a finding that is gone', attention(grave), {}],
    ['a finding that is gone, by a run in which a step failed', attention(grave), null],
    ['a refusal, by a run that was not refused', blocked, {}],
    ['a failed check, by a run that made it', checkFailed, {}],
  ])('%s', async (_, before, after) => {
    const github = await startHub();
    await nights(github, before, after ?? failed('b'));
    expect(subjects(github)).toEqual(after ? null : ['step b']);
  });

  test.each([
    ['a step that failed again', failed('a'), failed('a')],
    ['a step that was carried over', failed('a'), incomplete('a')],
    ['a step that was skipped', failed('a'), { steps: [skipped('a')] }],
    [
      'a step that is not planned in a run that did not succeed',
      failed('a'),
      incomplete(),
    ],
    ['a step, by a run that was refused', failed('a'), blocked],
    ['a step, by a dry run', failed('a'), { dryRun: true }],
    ['a step, by a cancelled run', failed('a'), { outcome: 'cancelled' }],
    ['a finding that is still there', attention(grave), attention(grave)],
    ['a finding that is less grave now', attention(grave), less(grave)],
    ['a finding, by a run that was refused', attention(grave), blocked],
    ['a finding, by a run whose checks failed', attention(grave), checkFailed],
    ['a refusal, by one more', blocked, { ...blocked, reason: 'window-closed' }],
    ['a failed check, by a run that was refused', checkFailed, blocked],
  ] as [string, Changes, Changes][])('but not %s', async (_, before, after) => {
    const github = await startHub();
    await nights(github, before);
    const [subject] = subjects(github) ?? [];
    await writeNights(github, [nightly(2, after)]);
    expect(subjects(github)).toContain(subject);
  });

  test('while the others stay open', async () => {
    const github = await startHub();
    const steps = [sampleStep({ id: 'a' }), sampleStep({ id: 'b', status: 'failed' })];
    await nights(github, failed('a', 'b'), { ...failed(), steps });
    expect(subjects(github)).toEqual(['step b']);
    const { number = 0 } = incidents(github)[0] ?? {};
    const [comment] = github.repository.commentsOf(number);
    expect(comment?.body).toContain('Closed:\n\n- step <code>a</code>');
  });
});

describe('when no subject is left', () => {
  test('the incident is closed, with a comment', async () => {
    const github = await startHub();
    await nights(github, failed('a'), {});
    const [incident] = incidents(github);
    expect(incident).toMatchObject({ state: 'closed', stateReason: 'completed' });
    const [comment] = github.repository.commentsOf(incident?.number ?? 0);
    expect(comment?.body).toContain(`[2026-11-02 02:07 UTC](${runUrl(2)})`);
    expect(comment?.body).toContain('this issue is closed');
  });

  test('the next failure opens another one', async () => {
    const github = await startHub();
    await nights(github, failed('a'), {}, failed('a'));
    expect(incidents(github).map(({ state }) => state)).toEqual(['closed', 'open']);
  });
});

test('two runs at once leave one incident, with the subjects of both', async () => {
  const github = await startHub();
  await Promise.all(
    ['a', 'b'].map((id, index) =>
      openLog(github).write(nightly(index + 1, failed(id)), target),
    ),
  );
  const open = incidents(github).filter(({ state }) => state === 'open');
  expect(open).toHaveLength(1);
  expect(open[0]?.body).toContain('<code>a</code>');
  expect(open[0]?.body).toContain('<code>b</code>');
});

test('of two incidents the first takes over, and the other is closed with a link', async () => {
  const github = await startHub();
  await nights(github, failed('a'));
  const [{ number, body } = { number: 0, body: '' }] = incidents(github);
  const copy = String(body).replaceAll('"a"', '"b"').replaceAll('<code>a', '<code>b');
  const { number: other } = github.repository.addIssue({ labels: [label], body: copy });
  await writeNights(github, [nightly(2, failed('c'))]);
  const [first, second] = incidents(github);
  expect(first?.body).toMatch(/<code>a<.*<code>b<.*<code>c</s);
  expect(second).toMatchObject({
    number: other,
    state: 'closed',
    stateReason: 'duplicate',
  });
  expect(second?.body).toContain(`Duplicate of #${number}.`);
});

test('more subjects than fit are one, that only a run that succeeds can close', async () => {
  const github = await startHub();
  const ids = Array.from({ length: 2000 }, (_, index) => `public."table ${index}"`);
  await nights(github, failed(...ids));
  const [{ body } = { body: '' }] = incidents(github);
  expect(body).toContain('| and more |');
  const done = ids.slice(0, 1000).map((id) => sampleStep({ id }));
  await writeNights(github, [nightly(2, { ...incomplete('x'), steps: done })]);
  expect(incidents(github)[0]).toMatchObject({ state: 'open' });
  await writeNights(github, [nightly(3)]);
  expect(incidents(github)[0]).toMatchObject({ state: 'closed' });
});

function skipped(id: string) {
  return sampleStep({ id, status: 'skipped' });
}

function less(finding: Finding): Changes {
  return { findings: [{ ...finding, severity: 'low' }] };
}
