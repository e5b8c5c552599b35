import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { finding } from '../../src/core/finding.ts';
import type { Result } from '../../src/core/result-schema.ts';
import type { Applied, Step } from '../../src/core/step.ts';
import { FakeRun, step } from './fake-task.ts';

const MB = 1024 ** 2;

function statuses({ steps }: Result): Record<string, string> {
  return Object.fromEntries(steps.map(({ id, status }) => [id, status]));
}

function applied({ events }: FakeRun): string[] {
  return events.filter((event) => event.startsWith('apply '));
}

/** Notes which steps ran beside which, and how many at most. */
function observer() {
  const running = new Set<string>();
  const pairs = new Set<string>();
  const seen = { most: 0, pairs };
  async function apply({ id }: Step): Promise<Applied> {
    for (const other of running) pairs.add([other, id].sort().join(' + '));
    running.add(id);
    seen.most = Math.max(seen.most, running.size);
    await nextTurn();
    running.delete(id);
    return { status: 'done' };
  }
  return { seen, apply };
}

describe('steps', () => {
  test('are begun in the order of the plan', async () => {
    const run = new FakeRun({ steps: [step('c'), step('a'), step('b')] });
    await run.result();
    expect(applied(run)).toEqual(['apply c', 'apply a', 'apply b']);
  });

  test('stay in the order of the plan in the result, whichever ends first', async () => {
    const result = await new FakeRun({
      steps: [step('slow'), step('fast')],
      jobs: 2,
      apply: async ({ id }) => {
        if (id === 'slow') await nextTurn();
        return { status: 'done' };
      },
    }).result();
    expect(result.steps.map(({ id }) => id)).toEqual(['slow', 'fast']);
  });

  test.each([1, 2, 3])('run side by side, %i at most', async (jobs) => {
    const { seen, apply } = observer();
    const steps = ['a', 'b', 'c', 'd', 'e'].map((id) => step(id));
    const result = await new FakeRun({ steps, jobs, apply }).result();
    expect(seen.most).toBe(jobs);
    expect(new Set(Object.values(statuses(result)))).toEqual(new Set(['done']));
  });

  const parent = step('parent', { locks: ['parent', 'leaf'] });
  const leaf = step('leaf');
  const other = step('other');

  test.each([
    ['parent first', [parent, leaf, other], 'other + parent'],
    ['leaf first', [leaf, parent, other], 'leaf + other'],
  ])('that lock the same object never overlap: %s', async (_, steps, beside) => {
    const { seen, apply } = observer();
    const result = await new FakeRun({ steps, jobs: 3, apply }).result();
    expect(seen.pairs).toContain(beside);
    expect(seen.pairs).not.toContain('leaf + parent');
    expect(new Set(Object.values(statuses(result)))).toEqual(new Set(['done']));
  });

  test('end one by one: a failure stops no other and frees its lock', async () => {
    const result = await new FakeRun({
      steps: [step('a', { locks: ['x'] }), step('b', { locks: ['x'] }), step('c')],
      apply: async ({ id }) => {
        if (id === 'a') throw new Error('the disk is gone');
        return { status: 'done' };
      },
    }).result();
    expect(statuses(result)).toEqual({ a: 'failed', b: 'done', c: 'done' });
    expect(result.steps[0]?.error).toBe('the disk is gone');
    expect(result).toMatchObject({ outcome: 'failed', reason: 'step-failed' });
  });

  test('that throw before they have begun fail like any other', async () => {
    const run = new FakeRun({
      steps: [watched(step('a')), step('b')],
      jobs: 2,
      apply: ({ id }) => {
        if (id === 'a') throw new Error('no such session');
        return Promise.resolve({ status: 'done' });
      },
    });
    // A loop that never lets go would hang for ever: it is ended from within.
    let looks = 0;
    function watched(one: Step): Step {
      const locks = () => {
        if (++looks > 1000) run.cancel();
        return ['a'];
      };
      return Object.defineProperty(one, 'locks', { get: locks });
    }
    expect(statuses(await run.result())).toEqual({ a: 'failed', b: 'done' });
  });

  test('that are skipped leave a run well', async () => {
    const result = await new FakeRun({
      steps: [step('a'), step('b')],
      apply: async ({ id }) =>
        id === 'a' ? { status: 'skipped', error: 'was dropped' } : { status: 'done' },
    }).result();
    expect(result).toMatchObject({ outcome: 'succeeded', reason: 'completed' });
    expect(result.steps[0]).toMatchObject({ status: 'skipped', error: 'was dropped' });
  });
});

test('a step that is in the plan for people to see is not carried out', async () => {
  const refused = {
    ...step('a'),
    before: { rows: 5 },
    skipBecause: 'it is over max-share',
  };
  for (const dryRun of [false, true]) {
    const run = new FakeRun({ steps: [refused], dryRun });
    const result = await run.result();
    expect(applied(run)).toEqual([]);
    expect(result).toMatchObject({
      outcome: 'nothing-to-do',
      steps: [{ status: 'skipped', error: 'it is over max-share', before: { rows: 5 } }],
    });
  }
});

test('the log follows each step', async () => {
  const run = new FakeRun({
    steps: [step('a'), step('b')],
    apply: async ({ id }) =>
      id === 'a' ? { status: 'done' } : { status: 'failed', error: 'no space left' },
  });
  await run.result();
  expect(run.lines.slice(-4)).toEqual([
    'begin: TIDY a',
    expect.stringMatching(/^done: a in \d+ ms$/),
    'begin: TIDY b',
    expect.stringMatching(/^failed: b in \d+ ms: no space left$/),
  ]);
});

describe('in a window', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.advanceTimersByTime(3_600_000);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A window that leaves so many seconds for commands. */
  const secondsLeft = (seconds: number) => new Date(Date.now() + (seconds + 10) * 1000);

  /** Carries out a step in so many seconds of a clock that the test moves on. */
  const taking = (seconds: Record<string, number>) => async (one: Step) => {
    vi.advanceTimersByTime((seconds[one.id] ?? 0) * 1000);
    return { status: 'done' } as const;
  };

  test('a step that does not fit is carried over, and a smaller one still runs', async () => {
    const run = new FakeRun({
      steps: [step('large', { workBytes: 100_000 * MB }), step('small')],
      deadline: secondsLeft(100),
    });
    const result = await run.result();
    expect(statuses(result)).toEqual({ large: 'carried-over', small: 'done' });
    expect(applied(run)).toEqual(['apply small']);
    expect(result).toMatchObject({ outcome: 'incomplete', reason: 'deadline-reached' });
    expect(result.findings).toEqual([]);
    const [large] = result.steps;
    expect(large).toMatchObject({ startedAt: null, seconds: null });
    expect(large?.error).toMatch(
      /^not begun: it needs about \d+ min \d+ s, and 1 min 40 s were left$/,
    );
  });

  test('a step that can stop at any time is begun, however long it would take', async () => {
    const large = { ...step('large'), workBytes: 10_000_000 * MB };
    const run = new FakeRun({
      steps: [large, { ...large, id: 'divisible', isDivisible: true }],
      deadline: new Date(Date.now() + 3_600_000),
    });
    expect(statuses(await run.result())).toEqual({
      large: 'carried-over',
      divisible: 'done',
    });
  });

  test('a step is not begun once the time is up', async () => {
    const result = await new FakeRun({
      steps: [step('a'), step('b')],
      deadline: secondsLeft(100),
      apply: taking({ a: 100 }),
    }).result();
    expect(statuses(result)).toEqual({ a: 'done', b: 'carried-over' });
    expect(result.steps[0]?.seconds).toBe(100);
  });

  test('what a step took tells how long the next will take', async () => {
    const workBytes = 100 * MB;
    const steps = [step('a', { workBytes }), step('b', { workBytes })];
    const deadline = secondsLeft(100);
    const result = await new FakeRun({
      steps,
      deadline,
      apply: taking({ a: 60 }),
    }).result();
    expect(statuses(result)).toEqual({ a: 'done', b: 'carried-over' });
  });

  test('what a failed step took tells nothing', async () => {
    const workBytes = 100 * MB;
    const result = await new FakeRun({
      steps: [step('a', { workBytes }), step('b', { workBytes })],
      deadline: secondsLeft(100),
      apply: async (one) => ({ ...(await taking({ a: 60 })(one)), ...failed(one) }),
    }).result();
    expect(statuses(result)).toEqual({ a: 'failed', b: 'done' });
  });

  const failed = ({ id }: Step) =>
    id === 'a' ? ({ status: 'failed', error: 'why' } as const) : {};

  test('a run that finished nothing is starving, and turns red', async () => {
    const workBytes = 100_000 * MB;
    const result = await new FakeRun({
      steps: [step('a', { workBytes }), step('b', { workBytes })],
      deadline: secondsLeft(100),
    }).result();
    expect(result).toMatchObject({ outcome: 'attention', reason: 'findings' });
    expect(result.findings).toMatchObject([{ code: 'starving', severity: 'high' }]);
  });

  test.each([
    ['was stopped at the deadline', 'cancelled'],
    ['was skipped', 'skipped'],
  ] as const)('a run whose only begun step %s is starving too', async (_, status) => {
    const result = await new FakeRun({
      steps: [step('a'), step('b', { workBytes: 100_000 * MB })],
      deadline: secondsLeft(100),
      apply: async () => ({ status, error: 'why' }),
    }).result();
    expect(result.findings).toMatchObject([{ code: 'starving' }]);
  });

  test('a starving run is incomplete where fail-on lets it', async () => {
    const result = await new FakeRun({
      steps: [step('a', { workBytes: 100_000 * MB })],
      deadline: secondsLeft(100),
      failOn: 'never',
    }).result();
    expect(result).toMatchObject({ outcome: 'incomplete', reason: 'deadline-reached' });
  });

  test('without an end, everything is begun', async () => {
    const steps = [step('a', { workBytes: 1e15 }), step('b')];
    const result = await new FakeRun({ steps, apply: taking({ a: 1e6 }) }).result();
    expect(statuses(result)).toEqual({ a: 'done', b: 'done' });
  });
});

describe('a step that is only in the way', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const locked: Applied = { status: 'failed', error: 'locked', retryAfterMs: 100 };

  test('is tried again behind the others, and is done in the end', async () => {
    let tries = 0;
    const run = new FakeRun({
      steps: [step('locked'), step('free')],
      apply: async ({ id }) =>
        id === 'locked' && ++tries < 3 ? locked : { status: 'done' },
    });
    const ended = run.result();
    await vi.advanceTimersByTimeAsync(1000);
    const result = await ended;
    expect(applied(run)).toEqual([
      ...['apply locked', 'apply free', 'apply locked', 'apply locked'],
    ]);
    expect(result).toMatchObject({ outcome: 'succeeded', findings: [] });
    expect(result.steps[0]).toMatchObject({ status: 'done', error: null });
  });

  test('is given up at last, with what it found said once', async () => {
    const found = finding('table-locked', 'locked', 'locked by pid 1');
    const run = new FakeRun({
      steps: [step('locked')],
      apply: async () => ({ ...locked, findings: [found] }),
    });
    const ended = run.result();
    await vi.advanceTimersByTimeAsync(10_000);
    const result = await ended;
    expect(applied(run)).toHaveLength(4);
    expect(result).toMatchObject({ outcome: 'failed', steps: [{ error: 'locked' }] });
    expect(result.findings).toEqual([found]);
  });

  test('does not keep a cancelled run waiting', async () => {
    const run = new FakeRun({
      steps: [step('locked')],
      apply: async () => ({ ...locked, retryAfterMs: 1e9 }),
    });
    const ended = run.result();
    await vi.advanceTimersByTimeAsync(10);
    run.cancel();
    await vi.advanceTimersByTimeAsync(10);
    expect(await ended).toMatchObject({
      outcome: 'cancelled',
      steps: [{ status: 'carried-over' }],
    });
  });
});

test('a step that was left because it would have had to wait too long: a budget was spent', async () => {
  const waited = {
    status: 'carried-over',
    error: 'in the way',
    leftBecause: 'findings',
  } as const;
  const run = new FakeRun({
    steps: [step('a'), step('b')],
    apply: async ({ id }) => (id === 'a' ? { status: 'done' } : waited),
  });
  expect(await run.result()).toMatchObject({
    outcome: 'incomplete',
    reason: 'findings',
    steps: [{ status: 'done' }, { status: 'carried-over', error: 'in the way' }],
  });
});

describe('a budget', () => {
  test('counts what the steps side by side may still take', async () => {
    const steps = ['a', 'b'].map((id) => step(id, { budgetCost: 600 }));
    const result = await new FakeRun({
      steps,
      jobs: 2,
      budget: { of: 'WAL', metric: 'walBytes', limit: 1000 },
      apply: async () => ({ status: 'done', metrics: { walBytes: 600 } }),
    }).result();
    expect(statuses(result)).toEqual({ a: 'done', b: 'carried-over' });
  });

  const budget = { of: 'WAL', metric: 'walBytes', limit: 1000 };
  const writing = (walBytes: number) => async (): Promise<Applied> => ({
    status: 'done',
    metrics: { walBytes },
  });

  test('that is spent carries the rest over, and says so', async () => {
    const steps = ['a', 'b', 'c'].map((id) => step(id, { budgetCost: 300 }));
    const result = await new FakeRun({ steps, budget, apply: writing(500) }).result();
    expect(result).toMatchObject({ outcome: 'incomplete', reason: 'budget-spent' });
    expect(result.steps.map(({ status }) => status)).toEqual([
      ...['done', 'done', 'carried-over'],
    ]);
    expect(result.steps[2]?.error).toContain('300 B of WAL');
  });

  test('too small for one step leaves room for a smaller one', async () => {
    const steps = [
      step('large', { budgetCost: 2000 }),
      step('small', { budgetCost: 10 }),
    ];
    const result = await new FakeRun({ steps, budget, apply: writing(10) }).result();
    expect(result.steps.map(({ status }) => status)).toEqual(['carried-over', 'done']);
  });
});
