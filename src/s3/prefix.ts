/** A stretch of a file, written from its start on. */
export interface FileRange {
  readonly start: number;
  readonly end: number;
  /** Where the next byte belongs. */
  position: number;
}

interface Waiter {
  readonly byte: number;
  readonly resolve: (heldBytes: number) => void;
  readonly reject: (error: unknown) => void;
}

/** How far a file that is written in several places at once has no gap from its start. */
export class Prefix {
  readonly ranges: readonly FileRange[];
  readonly #sizeBytes: number;
  readonly #waiters = new Set<Waiter>();
  /** Nothing is held, not even nothing, before the file is there. */
  #heldBytes = -1;
  #firstGap = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(sizeBytes: number, rangeBytes: number) {
    this.#sizeBytes = sizeBytes;
    this.ranges = Array.from(
      { length: Math.ceil(sizeBytes / rangeBytes) },
      (_, index) => {
        const start = index * rangeBytes;
        return { start, end: Math.min(start + rangeBytes, sizeBytes), position: start };
      },
    );
  }

  /** Tells those who wait that the file is there, or that a range has grown. */
  advance(): void {
    let range = this.ranges[this.#firstGap];
    while (range && range.position === range.end) {
      this.#firstGap++;
      range = this.ranges[this.#firstGap];
    }
    this.#heldBytes = range?.position ?? this.#sizeBytes;
    for (const waiter of this.#waiters) {
      if (waiter.byte > this.#heldBytes) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(this.#heldBytes);
    }
  }

  /** Tells those who wait, now and later, for more than is held that it will not come. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const { reject } of this.#waiters) reject(this.#failure.error);
    this.#waiters.clear();
  }

  /** Waits until so many bytes are held, or all; returns how many there are. */
  reached(byte: number): Promise<number> {
    const wanted = Math.min(byte, this.#sizeBytes);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    // Whoever has stopped to listen need not hear of a failure.
    promise.catch(() => {});
    if (this.#heldBytes >= wanted) resolve(this.#heldBytes);
    else if (this.#failure) reject(this.#failure.error);
    else this.#waiters.add({ byte: wanted, resolve, reject });
    return promise;
  }
}
