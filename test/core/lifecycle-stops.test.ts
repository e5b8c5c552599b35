import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { finding } from '../../src/core/finding.ts';
import type { Result } from '../../src/core/result-schema.ts';
import { FakeRun, never, step } from './fake-task.ts';

/** The runner kills 7.5 s after it has asked; the report must be written by then. */
const longestMs = 7000;

const steps = [step('a'), step('b'), step('c')];

function statuses({ steps: all }: Result): string[] {
  return all.map(({ status }) => status);
}

describe('a cancelled run', () => {
  test.each(['connect', 'lock', 'plan', 'verify'] as const)(
    'returns at once from a %s that never ends',
    async (phase) => {
      const run = new FakeRun({
        on: {
          [phase]: (fake: FakeRun) => {
            fake.cancel();
            return never();
          },
        },
      });
      const result = await run.result();
      expect(result).toMatchObject({ outcome: 'cancelled', reason: 'cancel-requested' });
      expect(result.message).toContain('SIGINT');
      expect(run.events.includes('dispose')).toBe(phase !== 'connect');
    },
  );

  test('that was cancelled before it began connects to nothing', async () => {
    const run = new FakeRun({ steps });
    run.cancel();
    expect(await run.result()).toMatchObject({ outcome: 'cancelled' });
    expect(run.events).toEqual([]);
  });

  test('stops the step that runs and begins no other', async () => {
    const run = new FakeRun({
      steps,
      apply: async ({ id }, fake, { signal }) => {
        if (id === 'a') return { status: 'done' };
        fake.cancel();
        return signal.aborted ? { status: 'cancelled', error: 'x' } : { status: 'done' };
      },
    });
    const result = await run.result();
    expect(result).toMatchObject({ outcome: 'cancelled', reason: 'cancel-requested' });
    expect(statuses(result)).toEqual(['done', 'cancelled', 'carried-over']);
    expect(result.steps[2]?.error).toContain('not begun');
    expect(run.events.at(-1)).toBe('dispose');
  });

  test('keeps what was done and found, and tells it', async () => {
    const found = finding('invalid-index', 'i', 'Invalid.');
    const result = await new FakeRun({
      steps,
      findings: [found],
      apply: async (_, fake) => {
        fake.cancel();
        return { status: 'done' };
      },
    }).result();
    expect(statuses(result)).toEqual(['done', 'carried-over', 'carried-over']);
    expect(result.findings).toEqual([found]);
    expect(result.message).toMatch(/^Cancelled: .*Looked at 3 steps\.$/);
  });

  test('is not starving, though it finished nothing', async () => {
    const result = await new FakeRun({
      steps,
      apply: async (_, fake) => {
        fake.cancel();
        return { status: 'cancelled', error: 'stopped' };
      },
    }).result();
    expect(result.findings).toEqual([]);
  });
});

describe('when the server does not confirm a cancel', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('the report still comes before the runner kills', async () => {
    const run = new FakeRun({ steps, jobs: 2, apply: never });
    let result: Result | undefined;
    const ended = run.result().then((value) => {
      result = value;
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(run.events).toContain('apply b');
    run.cancel();
    await vi.advanceTimersByTimeAsync(1000);
    expect(result).toBeUndefined();
    await vi.advanceTimersByTimeAsync(longestMs - 1000);
    expect(result).toMatchObject({ outcome: 'cancelled' });
    await ended;
    expect(result && statuses(result)).toEqual([
      'cancelled',
      'cancelled',
      'carried-over',
    ]);
    expect(result?.steps[0]?.error).toContain('did not confirm');
    expect(result?.steps[0]?.startedAt).not.toBeNull();
  });

  test('the report tells how long the step has run so far', async () => {
    const run = new FakeRun({ steps: [step('a')], apply: never });
    const ended = run.result();
    await vi.advanceTimersByTimeAsync(60_000);
    run.cancel();
    await vi.advanceTimersByTimeAsync(longestMs);
    const [stuck] = (await ended).steps;
    expect(stuck?.seconds).toBeGreaterThanOrEqual(60);
  });

  test('the report follows at once when it is confirmed after all', async () => {
    const { promise, resolve } = Promise.withResolvers<{ status: 'cancelled' }>();
    const run = new FakeRun({ steps: [step('a')], apply: () => promise });
    const ended = run.result();
    await vi.advanceTimersByTimeAsync(0);
    run.cancel();
    await vi.advanceTimersByTimeAsync(500);
    resolve({ status: 'cancelled' });
    const result = await ended;
    expect(statuses(result)).toEqual(['cancelled']);
    expect(result.steps[0]?.error).toBeNull();
  });
});

describe('a run that loses its target', () => {
  function losing(): FakeRun {
    return new FakeRun({
      steps,
      apply: async (_, fake, { signal }) => {
        fake.lose();
        return signal.aborted ? { status: 'cancelled', error: 'x' } : { status: 'done' };
      },
    });
  }

  test('fails, and says what was lost', async () => {
    const result = await losing().result();
    expect(result).toMatchObject({ outcome: 'failed', reason: 'connection-failed' });
    expect(result.message).toContain('The lock was lost.');
  });

  test('stops the step that runs and begins no other', async () => {
    const result = await losing().result();
    expect(statuses(result)).toEqual(['cancelled', 'carried-over', 'carried-over']);
  });

  test('asks the target nothing more', async () => {
    const run = losing();
    await run.result();
    expect(run.events).not.toContain('verify');
    expect(run.events.at(-1)).toBe('dispose');
  });

  test('is not told that its window is too small', async () => {
    expect((await losing().result()).findings).toEqual([]);
  });

  test.each(['lock', 'plan', 'verify'] as const)(
    'in %s fails likewise',
    async (phase) => {
      const run = new FakeRun({
        on: {
          [phase]: (fake: FakeRun) => {
            fake.lose();
            throw new Error('Connection terminated unexpectedly');
          },
        },
      });
      const ended = await run.result();
      expect(ended).toMatchObject({ outcome: 'failed', reason: 'connection-failed' });
      expect(ended.message).toContain('The lock was lost.');
    },
  );
});
