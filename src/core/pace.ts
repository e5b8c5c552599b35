/** What a command costs before it touches its first page. */
const overheadSeconds = 0.1;

/** A cautious default: cold pages on network storage, with two commands side by side. */
const defaultBytesPerSecond = 50 * 1024 ** 2;

/** Small tables say nothing about a table of a hundred gigabytes. */
const tellingBytes = 64 * 1024 ** 2;

/**
 * Predicts how long a step takes from the bytes it has to go through, at a default speed
 * until the run has seen some of its own.
 */
export class Pace {
  #bytes = 0;
  #seconds = 0;

  /** Predicts a step's seconds. */
  predictSeconds(workBytes: number): number {
    return overheadSeconds + workBytes / this.#bytesPerSecond();
  }

  /** Learns from a step that is done. */
  learn(workBytes: number, seconds: number): void {
    this.#bytes += workBytes;
    this.#seconds += Math.max(0, seconds - overheadSeconds);
  }

  #bytesPerSecond(): number {
    if (this.#seconds < 1 || this.#bytes < tellingBytes) return defaultBytesPerSecond;
    return this.#bytes / this.#seconds;
  }
}
