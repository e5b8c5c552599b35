import { setTimeout as delay } from 'node:timers/promises';
import type { Run } from '../../core/run.ts';
import { formatSeconds } from '../../core/units.ts';
import type { Database } from '../../postgres/database.ts';
import { describeProgress } from './progress.ts';
import type { Throttle } from './throttle.ts';

const pollMs = 1000;

/** A line of progress after so many seconds, then each time after twice as many. */
const firstLineSeconds = 10;

/** The reason for which a command that runs was stopped in favour of somebody else. */
export class GaveWay extends Error {}

/** Watches a command while it runs. Disposing of it ends the watch. */
export interface Watch extends AsyncDisposable {
  /** Aborts when the command is to be stopped: with the run, or with `GaveWay`. */
  readonly signal: AbortSignal;
}

/**
 * Looks every second whether the command is in somebody's way, and writes how far it has
 * come, at growing intervals: whoever looks at a short command would read nothing new.
 */
export function watchStep(
  id: string,
  pid: number,
  database: Database,
  throttle: Throttle,
  run: Run,
): Watch {
  const giveWay = new AbortController();
  const ended = new AbortController();
  const begunMs = Date.now();
  let nextLineSeconds = firstLineSeconds;

  async function look(): Promise<void> {
    const reason = await throttle.whyToGiveWay(pid);
    if (reason) giveWay.abort(new GaveWay(reason));
    const seconds = (Date.now() - begunMs) / 1000;
    if (seconds < nextLineSeconds) return;
    nextLineSeconds *= 2;
    const line = await describeProgress(database, pid, seconds);
    if (line) run.log.info(`  ${id}, ${formatSeconds(seconds)}: ${line}`);
  }

  async function keepLooking(): Promise<void> {
    while (!ended.signal.aborted) {
      await delay(pollMs, undefined, { signal: ended.signal });
      await look();
    }
  }

  // Where it cannot look, because the connection is gone, others notice it too.
  const looking = keepLooking().catch(() => {});
  return {
    signal: AbortSignal.any([run.signal, giveWay.signal]),
    async [Symbol.asyncDispose]() {
      ended.abort();
      if (!run.signal.aborted) await looking;
    },
  };
}
