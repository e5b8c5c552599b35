import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Where the bytes of a zip are. */
export interface Bytes extends Disposable {
  readonly sizeBytes: number;
  /** Returns how many bytes there were. */
  read(into: Buffer, position: number): number;
}

/** Throws what `fs` throws. */
export function bytesOfFile(path: string): Bytes {
  const file = openSync(path, 'r');
  return {
    sizeBytes: fstatSync(file).size,
    read: (into, position) => readSync(file, into, 0, into.length, position),
    [Symbol.dispose]: () => closeSync(file),
  };
}

export function bytesOfBuffer(buffer: Buffer): Bytes {
  return {
    sizeBytes: buffer.length,
    read: (into, position) => buffer.copy(into, 0, position),
    [Symbol.dispose]: () => {},
  };
}

const windowBytes = 512 * 1024;

interface Window {
  readonly start: number;
  readonly bytes: Buffer;
}

/**
 * Reads in large pieces what is asked for in small ones. It keeps two pieces: a zip is read
 * at two places by turns, in its directory and in its entries, each from front to back.
 */
export class Windows {
  readonly sizeBytes: number;
  readonly #bytes: Bytes;
  #latest: Window = { start: 0, bytes: Buffer.alloc(0) };
  #other: Window = this.#latest;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
    this.sizeBytes = bytes.sizeBytes;
  }

  /** The bytes are to be used at once. Throws where there are not as many. */
  slice(position: number, length: number): Buffer {
    if (position + length > this.sizeBytes) throw new Error('it ends within an entry');
    if (length > windowBytes) {
      const bytes = Buffer.allocUnsafe(length);
      if (this.#bytes.read(bytes, position) === length) return bytes;
      throw new Error('it ends within an entry');
    }
    if (!holds(this.#latest, position, length)) {
      [this.#latest, this.#other] = [this.#other, this.#latest];
    }
    if (!holds(this.#latest, position, length)) {
      this.#latest = this.#load(position, this.#latest.bytes);
    }
    if (!holds(this.#latest, position, length))
      throw new Error('it ends within an entry');
    const start = position - this.#latest.start;
    return this.#latest.bytes.subarray(start, start + length);
  }

  #load(start: number, used: Buffer): Window {
    const whole = Buffer.from(used.buffer);
    const space =
      whole.length === windowBytes ? whole : Buffer.from(new ArrayBuffer(windowBytes));
    return { start, bytes: space.subarray(0, this.#bytes.read(space, start)) };
  }
}

function holds({ start, bytes }: Window, position: number, length: number): boolean {
  return position >= start && position + length <= start + bytes.length;
}
