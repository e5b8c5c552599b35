import { type History, realRuns } from './maintenance-log.ts';
import type { Step } from './step.ts';

/** What a command costs before it touches its first page. */
const overheadSeconds = 0.1;

/**
 * What a common cloud volume reads. Rather too fast than too slow: a step that is begun in
 * vain is stopped at the deadline, and often has done some good by then; one that is not
 * begun for want of belief has done none.
 */
const defaultBytesPerSecond = 200 * 1024 ** 2;

/** Small tables say nothing about a table of a hundred gigabytes. */
const tellingBytes = 16 * 1024 ** 2;
const tellingSeconds = 0.25;

/** Of the runs before, so much weight goes to the newest, and the rest to all others. */
const newestWeight = 0.5;

/** So much faster than the default a server may be by its own word. */
const believedSpeedUp = 2;

type Work = Pick<Step, 'id' | 'command' | 'workBytes' | 'usualSeconds'>;

/**
 * Predicts how long a step takes. It goes by the speed that the same command had on the
 * same object in earlier runs; else by what the server says that it usually takes; else by
 * the speed of this run so far; else by a default.
 */
export class Pace {
  readonly #earlier = new Map<string, number>();
  #bytes = 0;
  #seconds = 0;

  constructor(history: History = { runs: [] }) {
    for (const run of realRuns(history).reverse()) {
      for (const { id, command, status, seconds, metrics } of run.steps) {
        const { workBytes } = metrics;
        if (status !== 'done' || !workBytes || !seconds) continue;
        const bytesPerSecond = workBytes / Math.max(0.001, seconds - overheadSeconds);
        const before = this.#earlier.get(key(id, command)) ?? bytesPerSecond;
        this.#earlier.set(
          key(id, command),
          newestWeight * bytesPerSecond + (1 - newestWeight) * before,
        );
      }
    }
  }

  /** Predicts a step's seconds. */
  predictSeconds({ id, command, workBytes, usualSeconds }: Work): number {
    const earlier = this.#earlier.get(key(id, command));
    const seconds = overheadSeconds + workBytes / (earlier ?? this.#bytesPerSecond());
    if (earlier !== undefined || !usualSeconds) return seconds;
    // It was so when the object was as large as usual; today it may not be.
    return Math.max(usualSeconds, seconds / believedSpeedUp);
  }

  /** Learns from a step that is done. */
  learn({ workBytes }: Work, seconds: number): void {
    this.#bytes += workBytes;
    this.#seconds += Math.max(0, seconds - overheadSeconds);
  }

  #bytesPerSecond(): number {
    if (this.#seconds < tellingSeconds || this.#bytes < tellingBytes)
      return defaultBytesPerSecond;
    return this.#bytes / this.#seconds;
  }
}

function key(id: string, command: string): string {
  return `${id}\n${command}`;
}
