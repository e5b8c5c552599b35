import { setTimeout as delay } from 'node:timers/promises';
import { delayBeforeRepeatMs } from './request-error.ts';

export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Longer than that a run does not wait for its log, all requests taken together. */
const patienceMs = 60_000;

const maxAttempts = 4;

/** Decides whether a request that failed is made again, and waits for the right moment. */
export class Patience {
  readonly #signal: AbortSignal;
  readonly #wait: Wait;
  #leftMs = patienceMs;
  #end: { error: unknown } | null = null;

  constructor(
    signal: AbortSignal,
    wait: Wait = (milliseconds) => delay(milliseconds, undefined, { signal }),
  ) {
    this.#signal = signal;
    this.#wait = wait;
  }

  /** Begins anew: what was in vain at the beginning of a run may work at its end. */
  renew(): void {
    this.#leftMs = patienceMs;
    this.#end = null;
  }

  /** Once GitHub was given up, no further request is made: each would take as long. */
  throwIfAtEnd(): void {
    this.#signal.throwIfAborted();
    if (this.#end) throw this.#end.error;
  }

  /** Waits before a request is made again; tells whether it should be. */
  async waitToRepeat(error: unknown, attempt: number): Promise<boolean> {
    this.#signal.throwIfAborted();
    const delayMs = delayBeforeRepeatMs(error, attempt);
    if (delayMs === null) return false;
    if (attempt >= maxAttempts || delayMs > this.#leftMs) {
      this.#end = { error };
      return false;
    }
    this.#leftMs -= delayMs;
    await this.#wait(delayMs, this.#signal);
    return true;
  }
}
