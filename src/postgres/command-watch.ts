import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../core/message-of.ts';
import type { Run } from '../core/run.ts';
import { formatSeconds } from '../core/units.ts';

const defaultPollMs = 1000;

/** A line of progress after so many seconds, then each time after twice as many. */
const firstLineSeconds = 10;

/** The reason for which a command that runs was stopped, though the run goes on. */
export class GaveWay extends Error {}

/** Watches a command while it runs. Disposing of it ends the watch. */
export interface Watch extends AsyncDisposable {
  /** Aborts when the command is to be stopped: with the run, or with `GaveWay`. */
  readonly signal: AbortSignal;
}

interface Watched {
  /** The object of the command, for the lines of progress. */
  readonly id: string;
  readonly run: Run;
  readonly pollMs?: number;
  /** Looks whether the command is to be stopped, and says why. */
  whyToStop(): Promise<GaveWay | null>;
  /** Says how far it has come after so many seconds; null where that is not known. */
  progress(seconds: number): Promise<string | null>;
}

/**
 * Looks again and again whether a command is to be stopped, and writes how far it has come,
 * at growing intervals: whoever looks at a short command would read nothing new.
 */
export function watchCommand(watched: Watched): Watch {
  const { id, run, pollMs = defaultPollMs } = watched;
  const giveWay = new AbortController();
  const ended = new AbortController();
  const begunMs = Date.now();
  let nextLineSeconds = firstLineSeconds;

  async function look(): Promise<void> {
    const reason = await watched.whyToStop();
    if (reason) giveWay.abort(reason);
    const seconds = (Date.now() - begunMs) / 1000;
    if (seconds < nextLineSeconds) return;
    nextLineSeconds *= 2;
    const line = await watched.progress(seconds);
    if (line) run.log.info(`  ${id}, ${formatSeconds(seconds)}: ${line}`);
  }

  async function keepLooking(): Promise<void> {
    const over = AbortSignal.any([ended.signal, run.signal]);
    while (!over.aborted) {
      await delay(pollMs, undefined, { signal: over });
      // One look may fail; a watch that has stopped looking would let the command hang.
      await look().catch((error) => run.log.info(`  ${id}: ${messageOf(error)}`));
    }
  }

  // What ends it is that the command or the run is over.
  const looking = keepLooking().catch(() => {});
  return {
    signal: AbortSignal.any([run.signal, giveWay.signal]),
    async [Symbol.asyncDispose]() {
      ended.abort();
      if (!run.signal.aborted) await looking;
    },
  };
}
