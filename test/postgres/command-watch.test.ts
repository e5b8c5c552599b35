import { once } from 'node:events';
import { expect, test } from 'vitest';
import { CancelRequested } from '../../src/core/cancellation.ts';
import type { Run } from '../../src/core/run.ts';
import { GaveWay, watchCommand } from '../../src/postgres/command-watch.ts';

function runWith(signal: AbortSignal, lines: string[] = []): Run {
  const log = { info: (line: string) => lines.push(line) };
  return { signal, log } as unknown as Run;
}

const watched = { id: 'public.a', pollMs: 1, progress: async () => null };

test('a command is stopped for the reason that a look finds', async () => {
  const run = runWith(new AbortController().signal);
  const reason = new GaveWay('somebody waits');
  await using watch = watchCommand({ ...watched, run, whyToStop: async () => reason });
  await once(watch.signal, 'abort');
  expect(watch.signal.reason).toBe(reason);
});

test('a look that fails is told, and is not the last one', async () => {
  const lines: string[] = [];
  const run = runWith(new AbortController().signal, lines);
  let looks = 0;
  const whyToStop = async () => {
    if (++looks === 1) throw new Error('no answer');
    return looks < 3 ? null : new GaveWay('enough');
  };
  await using watch = watchCommand({ ...watched, run, whyToStop });
  await once(watch.signal, 'abort');
  expect(looks).toBe(3);
  expect(lines).toEqual(['  public.a: no answer']);
});

test('it ends with the run, and with the command', async () => {
  const stop = new AbortController();
  let looks = 0;
  const whyToStop = async () => {
    looks++;
    return null;
  };
  const run = runWith(stop.signal);
  const watch = watchCommand({ ...watched, run, whyToStop });
  stop.abort(new CancelRequested('SIGINT'));
  expect(watch.signal.aborted).toBe(true);
  await watch[Symbol.asyncDispose]();
  const { signal } = new AbortController();
  await watchCommand({ ...watched, run: runWith(signal), whyToStop })[
    Symbol.asyncDispose
  ]();
  expect(looks).toBe(0);
});
