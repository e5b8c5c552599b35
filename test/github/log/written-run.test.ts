import { describe, expect, test } from 'vitest';
import type { Result } from '../../../src/core/result-schema.ts';
import type { GitHubStandIn } from '../../rig/github/stand-in.ts';
import { sampleFinding, sampleStep } from '../../sample-result.ts';
import { readerSees } from '../markdown-reader.ts';
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

function comments({ repository }: GitHubStandIn): string[] {
  return repository.commentsOf(1).map(({ body }) => body);
}

function body({ repository }: GitHubStandIn): string {
  return String(repository.issue(1).body);
}

/** The cells of the rows below a title. */
function rowsUnder(markdown: string, title: string): string[][] {
  const [, part = ''] = markdown.split(`#### ${title}`);
  const [table = ''] = part.split('\n\n').slice(1);
  return table
    .split('\n')
    .slice(2)
    .map((row) => row.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

describe('a run that is about to change something', () => {
  const begun = (night: number, kept: unknown) => {
    const { run, startedAt } = nightly(night);
    return { run, startedAt, kept };
  };

  test('is in the body before it has ended, with what it keeps, and read by the next', async () => {
    const github = await startHub();
    const findings = await openLog(github).begin(begun(1, { oids: [16400] }), target);
    expect(findings).toEqual([]);
    expect(body(github)).toContain(
      `⏳ A run began at [2026-11-01 02:07 UTC](${runUrl(1)}), and has not reported yet.`,
    );
    const { history } = await openLog(github).read(target);
    expect(history).toEqual({ runs: [], kept: { oids: [16400] } });
  });

  test('leaves what the log shows of the runs before', async () => {
    const github = await startHub();
    await writeNights(github, [nightly(1)]);
    const before = body(github).split('\n').slice(2).join('\n');
    await openLog(github).begin(begun(2, [1]), target);
    await openLog(github).begin(begun(3, [2]), target);
    expect(body(github).match(/⏳/g)).toHaveLength(1);
    expect(body(github)).toContain(runUrl(3));
    expect(body(github)).toContain(before.trim());
    expect((await openLog(github).read(target)).history.runs).toHaveLength(1);
  });

  test('is over when it is written, and what it keeps in the end stays', async () => {
    const github = await startHub();
    const log = openLog(github);
    await log.begin(begun(1, { oids: [1] }), target);
    await log.write(nightly(1), target, { kept: { oids: [], bytes: 7 } });
    expect(body(github)).not.toContain('⏳');
    await writeNights(github, [nightly(2)]);
    const { history } = await openLog(github).read(target);
    expect(history.kept).toEqual({ oids: [], bytes: 7 });
  });

  // What is escaped in a hidden line takes up six times as much.
  test.each(['x'.repeat(30_000), '<'.repeat(10_000)])(
    'that keeps too much is told so, and nothing else changes',
    async (kept) => {
      const github = await startHub();
      await openLog(github).write(nightly(1), target, { kept });
      expect((await openLog(github).read(target)).history.kept).toBeUndefined();
      const before = body(github);
      const findings = await openLog(github).begin(begun(2, kept), target);
      expect(findings).toMatchObject([{ code: 'log-not-written' }]);
      expect(body(github)).toBe(before);
    },
  );
});

describe('each run', () => {
  test('adds a comment, and says where it is', async () => {
    const github = await startHub();
    const written = await openLog(github).write(nightly(1), target);
    expect(written.findings).toEqual([]);
    const [comment] = github.repository.commentsOf(1);
    expect(written.url).toBe(
      `https://github.example/matchbook/exchange/issues/1#issuecomment-${comment?.id}`,
    );
  });

  test('is written down for people: how it ended, what it did, what it found', async () => {
    const github = await startHub();
    const steps = [
      sampleStep({ id: 'public.trades' }),
      sampleStep({ id: 'public.orders', status: 'failed', error: 'It is locked.' }),
    ];
    const findings = [sampleFinding()];
    const result = nightly(1, { ...failed(), steps, findings, message: 'Half of it.' });
    await writeNights(github, [result]);
    const [comment = ''] = comments(github);
    expect(comment).toMatch(/^### ❌ failed — step failed\n\n\*\*Half of it\.\*\*\n/);
    expect(comment).toContain(`[2026-11-01 02:07 UTC](${runUrl(1)})`);
    expect(comment).toContain('| 4 min 10 s | 1 | 1 | 0 | 0 |');
    expect(comment).toContain('#### Findings (1)');
    expect(comment).toContain('<code>invalid-index</code>');
    const [first] = rowsUnder(
      comment.replace('<details>', '#### '),
      '<summary>Steps (2)',
    );
    expect(first).toEqual([
      ...['<code>public.orders</code>', 'failed', '38 s', 'It is locked.'],
    ]);
  });

  test('shows the problems of a message as a list', async () => {
    const github = await startHub();
    const message = '2 inputs are not usable.\n- jobs: no <b>.\n- mode: no.';
    await writeNights(github, [nightly(1, { message })]);
    const text = readerSees(comments(github)[0] ?? '');
    expect(text).toContain(
      '**2 inputs are not usable.**\n\n- jobs: no <b>.\n- mode: no.\n',
    );
  });

  test('is the newest in the body, which is the state now', async () => {
    const github = await startHub();
    const message = 'Vacuumed 7 of 9 tables.';
    await writeNights(github, [nightly(1), nightly(2, { message })], {
      schedule: '7 2 * * *',
    });
    expect(body(github)).toContain(
      `| [2026-11-02 02:07 UTC](${runUrl(2)}) | ✅ succeeded — completed | 4 min 10 s | 2026-11-03 02:07 UTC |`,
    );
    expect(body(github)).toContain(`**${message}**`);
  });

  test('is due again at a time that is said to be an estimate without a schedule', async () => {
    const github = await startHub();
    await writeNights(github, [nightly(1)]);
    expect(body(github)).toContain('| not known |');
    await writeNights(github, [nightly(2), nightly(3)]);
    expect(body(github)).toContain('| about 2026-11-04 02:07 UTC |');
  });
});

test.each(['javascript:alert(1)', 'https://a.example/) <b>', '/runs/1'])(
  'an address that is none is no link: %s',
  async (url) => {
    const github = await startHub();
    await writeNights(github, [
      nightly(1, { run: { id: '1', attempt: 1, url } }),
      nightly(2, { ...quiet, run: { id: '2', attempt: 1, url } }),
    ]);
    expect(comments(github)[0]).toContain('| 2026-11-01 02:07 UTC |');
    expect(body(github)).toContain('| 2026-11-02 02:07 UTC |');
  },
);

describe('the trend', () => {
  test('has the last ten runs, newest first, with a link to what each wrote', async () => {
    const github = await startHub();
    const nights = Array.from({ length: 12 }, (_, index) => nightly(index + 1));
    await writeNights(github, nights);
    const rows = rowsUnder(body(github), 'Last runs');
    expect(rows).toHaveLength(10);
    const newest = github.repository.commentsOf(1).at(-1);
    expect(rows[0]).toEqual([
      `[2026-11-12 02:07 UTC](https://github.example/matchbook/exchange/issues/1#issuecomment-${newest?.id})`,
      ...['✅ succeeded — completed', '4 min 10 s', '1', '0', '0'],
    ]);
    expect(rows.at(-1)?.[0]).toContain('2026-11-03');
  });

  test('counts what was done, carried over and found', async () => {
    const github = await startHub();
    const findings = [sampleFinding(), sampleFinding()];
    await writeNights(github, [nightly(1, { ...incomplete('a', 'b'), findings })]);
    const [row] = rowsUnder(body(github), 'Last runs');
    expect(row?.slice(3)).toEqual(['1', '2', '2']);
  });

  test('folds a series of runs that found nothing to do', async () => {
    const github = await startHub();
    const nights = [2, 3, 4].map((night) => nightly(night, quiet));
    await writeNights(github, [nightly(1), ...nights, nightly(5)]);
    const outcomes = rowsUnder(body(github), 'Last runs').map(([, outcome]) => outcome);
    expect(outcomes).toEqual([
      '✅ succeeded — completed',
      '✅ nothing-to-do — no work, 3 times',
      '✅ succeeded — completed',
    ]);
  });
});

describe('what is carried over', () => {
  const carriedOver = (github: GitHubStandIn, count: number) =>
    rowsUnder(body(github), `Carried over (${count})`).map(([id, runs]) => [id, runs]);

  test('is named in its order, with the number of runs in a row', async () => {
    const github = await startHub();
    await writeNights(github, [
      nightly(1, incomplete('public.b', 'public.c')),
      nightly(2, incomplete('public.b', 'public.a')),
      nightly(3, incomplete('public.b', 'public.a')),
    ]);
    expect(carriedOver(github, 2)).toEqual([
      ['<code>public.b</code>', '3'],
      ['<code>public.a</code>', '2'],
    ]);
  });

  test('has what the deadline cut short, too', async () => {
    const github = await startHub();
    const steps = [sampleStep({ id: 'public.a', status: 'cancelled' })];
    await writeNights(github, [nightly(1, { ...incomplete(), steps })]);
    expect(carriedOver(github, 1)).toEqual([['<code>public.a</code>', '1']]);
  });

  test.each([
    ['succeeded', {}],
    ['found nothing to do', quiet],
  ])('is over when a run %s', async (_, changes) => {
    const github = await startHub();
    await writeNights(github, [
      nightly(1, incomplete('public.a')),
      nightly(2, changes),
      nightly(3, incomplete('public.a')),
    ]);
    expect(carriedOver(github, 1)).toEqual([['<code>public.a</code>', '1']]);
  });

  test('is still so after a run that was refused', async () => {
    const github = await startHub();
    const blocked: Partial<Result> = {
      outcome: 'blocked',
      reason: 'already-running',
      steps: [],
    };
    await writeNights(github, [
      nightly(1, incomplete('public.a')),
      nightly(2, blocked),
      nightly(3, incomplete('public.a')),
    ]);
    expect(carriedOver(github, 1)).toEqual([['<code>public.a</code>', '2']]);
  });
});

describe('a run that found nothing to do', () => {
  test('only brings the body up to date', async () => {
    const github = await startHub();
    await writeNights(github, [nightly(1), nightly(2, quiet)]);
    expect(comments(github)).toHaveLength(1);
    expect(body(github)).toContain(`[2026-11-02 02:07 UTC](${runUrl(2)})`);
  });

  test('is to be read in the body', async () => {
    const github = await startHub();
    const { url } = await openLog(github).write(nightly(1, quiet), target);
    expect(url).toBe('https://github.example/matchbook/exchange/issues/1');
  });
});

test('A run that says nothing new is in the body alone, with what it keeps', async () => {
  const github = await startHub();
  const log = openLog(github);
  await log.write(nightly(1), target, { kept: 'first' });
  await log.write(nightly(2), target, { kept: 'second', isQuiet: true });
  expect(comments(github)).toHaveLength(1);
  expect(body(github)).toContain(`[2026-11-02 02:07 UTC](${runUrl(2)})`);
  expect((await openLog(github).read(target)).history.kept).toBe('second');
});

test.each([
  ['a dry run', { dryRun: true }],
  ['a cancelled run', { outcome: 'cancelled', reason: 'cancel-requested' }],
  ['a dry run that would open an incident', { dryRun: true, ...failed('a') }],
] as const)('%s touches nothing', async (_, changes) => {
  const github = await startHub();
  const written = await openLog(github, { mode: 'auto' }).write(
    nightly(1, changes),
    target,
  );
  expect(written).toEqual({ url: null, findings: [] });
  expect(github.requests).toEqual([]);
});

test('texts from outside are text, wherever they are written', async () => {
  const github = await startHub();
  const hostile = '--> @keeper <img src=x> #1 | [a](b)\n\n# x';
  const steps = [
    sampleStep({ id: hostile, why: hostile }),
    sampleStep({ id: hostile, status: 'failed', error: hostile }),
    sampleStep({ id: hostile, status: 'carried-over', why: hostile }),
  ];
  const findings = [
    sampleFinding({ subject: hostile, message: hostile, remedy: hostile }),
  ];
  const changes = { message: hostile, target: hostile, steps, findings };
  await openLog(github).write(nightly(1, { ...failed(), ...changes }), hostile);
  const { issues, comments: written } = github.repository;
  const texts = [...issues.values(), ...written].map((one) => String(one.body));
  expect(texts).toHaveLength(3);
  for (const text of texts) {
    const visible = text
      .split('\n')
      .filter((line) => !line.startsWith('<!-- '))
      .join('\n');
    expect(visible).not.toMatch(/<img|--+>|\[a\]|^# x/m);
    // In code there are no mentions.
    expect(visible.replaceAll(/<code>.*?<\/code>/g, '')).not.toContain('@keeper');
    expect(text.match(/-->/g)).toHaveLength(1);
  }
  const { history } = await openLog(github).read(hostile);
  expect(history.runs[0]?.message).toBe(hostile);
});
