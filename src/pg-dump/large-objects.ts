import { createHash } from 'node:crypto';
import type { TextDigest } from './copy-text.ts';

/** Counts large objects, and hashes the number of each (`16401`, a line break) and its bytes. */
export class LargeObjects {
  readonly #hash = createHash('sha256');
  #count = 0;
  #bytes = 0;

  begin(oid: number): void {
    this.#count++;
    this.#hash.update(`${oid}\n`);
  }

  update(piece: Uint8Array): void {
    this.#hash.update(piece);
    this.#bytes += piece.length;
  }

  end(): TextDigest {
    return {
      textBytes: this.#bytes,
      rows: this.#count,
      sha256: this.#hash.digest('hex'),
      rowHash: null,
    };
  }
}
