/** Reads a stream of bytes in pieces of the size that is wanted, and knows where it is. */
export class ByteStream {
  /** From the start of the file. */
  at: number;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();
  #used = 0;

  constructor(bytes: AsyncIterable<Uint8Array>, startsAt: number) {
    this.at = startsAt;
    this.#pieces = bytes[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; null where the stream ends before. Meant for a few bytes. */
  async take(length: number): Promise<Uint8Array | null> {
    const atHand = this.takeAtHand(length);
    if (atHand) return atHand;
    const taken = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      const some = await this.takeSome(length - filled);
      if (!some) return null;
      taken.set(some, filled);
      filled += some.length;
    }
    return taken;
  }

  /** As many bytes as are at hand, at most so many, without a copy; null at the end. */
  async takeSome(atMost: number): Promise<Uint8Array | null> {
    while (this.#used === this.#piece.length) {
      const next = await this.#pieces.next();
      if (next.done) return null;
      this.#piece = next.value;
      this.#used = 0;
    }
    return this.#advance(this.#piece.subarray(this.#used, this.#used + atMost));
  }

  /** Exactly so many bytes without waiting; null where they are not at hand. */
  takeAtHand(length: number): Uint8Array | null {
    if (this.#used + length > this.#piece.length) return null;
    return this.#advance(this.#piece.subarray(this.#used, this.#used + length));
  }

  /** Lets go of the source, which may not have come to its end. */
  async release(): Promise<void> {
    await this.#pieces.return?.();
  }

  #advance(taken: Uint8Array): Uint8Array {
    this.#used += taken.length;
    this.at += taken.length;
    return taken;
  }
}
