import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  abortOnSignals,
  CancelRequested,
  unlessAborted,
  within,
} from '../../src/core/cancellation.ts';
import { never } from './fake-task.ts';

describe('unless aborted', () => {
  test('a promise gives what it would give anyway', async () => {
    const { signal } = new AbortController();
    await expect(unlessAborted(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(unlessAborted(Promise.reject(new Error('x')), signal)).rejects.toThrow(
      'x',
    );
  });

  test('a promise that never ends is left when the signal aborts', async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(never(), controller.signal);
    controller.abort(new CancelRequested('SIGTERM'));
    await expect(waiting).rejects.toThrow(CancelRequested);
    await expect(waiting).rejects.toThrow('SIGTERM');
  });

  test('a promise leaves nothing behind on the signal', async () => {
    const { signal } = new AbortController();
    for (const promise of [Promise.resolve(), Promise.reject(new Error('x'))]) {
      await unlessAborted(promise, signal).catch(() => {});
    }
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('nothing is waited for once the signal has aborted', async () => {
    const signal = AbortSignal.abort(new CancelRequested('SIGINT'));
    await expect(unlessAborted(never(), signal)).rejects.toThrow(CancelRequested);
  });

  test.each([
    ['before', () => AbortSignal.abort(new CancelRequested('SIGINT'))],
    [
      'meanwhile',
      () => {
        const controller = new AbortController();
        queueMicrotask(() => controller.abort(new CancelRequested('SIGINT')));
        return controller.signal;
      },
    ],
  ])('a promise left %s may still fail without harm', async (_, makeSignal) => {
    const unhandled = await unhandledRejectionsIn(async () => {
      const { promise, reject } = Promise.withResolvers<never>();
      const waiting = unlessAborted(promise, makeSignal());
      await expect(waiting).rejects.toThrow(CancelRequested);
      reject(new Error('Connection terminated'));
      await nextTurn();
    });
    expect(unhandled).toEqual([]);
  });
});

/** The rejections that nobody cared for, which would end the process. */
async function unhandledRejectionsIn(body: () => Promise<void>): Promise<unknown[]> {
  const seen: unknown[] = [];
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => seen.push(reason));
  try {
    await body();
    await nextTurn();
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of others) process.on('unhandledRejection', listener);
  }
  return seen;
}

describe('within a time', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('a promise comes to an end, and no timer is left behind', async () => {
    expect(await within(Promise.resolve(), 1000)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a promise does not come to an end', async () => {
    const waiting = within(never(), 1000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await waiting).toBe(false);
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s asks the run to stop', (name) => {
  const before = new Map(
    (['SIGINT', 'SIGTERM'] as const).map((one) => [one, process.listeners(one)]),
  );
  const controller = new AbortController();
  abortOnSignals(controller);
  const added = [...before].flatMap(([one, known]) =>
    process
      .listeners(one)
      .filter((listener) => !known.includes(listener))
      .map((listener) => [one, listener] as const),
  );
  for (const [one, listener] of added) process.off(one, listener);
  expect(added.map(([one]) => one)).toEqual(['SIGINT', 'SIGTERM']);
  for (const [one, listener] of added) if (one === name) listener(name);
  expect(controller.signal.reason).toBeInstanceOf(CancelRequested);
  expect(String(controller.signal.reason)).toContain(name);
});
