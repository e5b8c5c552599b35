import { createHash } from 'node:crypto';
import type { TextDigest } from './copy-text.ts';

const [quote, doubleQuote, semicolon, comma, newline] = [0x27, 0x22, 0x3b, 0x2c, 0x0a];

/**
 * Hashes the INSERT statements of a table and counts their rows. Outside of quotes pg_dump
 * writes a line end behind a statement (`;`), and behind a row that another one follows
 * (`,`); the values of a row are set apart by a comma and a space.
 */
export class InsertText {
  readonly #hash = createHash('sha256');
  #inside = 0;
  #before = 0;
  #rows = 0;
  #textBytes = 0;

  update(piece: Uint8Array): void {
    this.#hash.update(piece);
    this.#textBytes += piece.length;
    for (const byte of piece) {
      // A quote within a text is doubled, so that it is left and entered again at once.
      if (this.#inside !== 0) {
        if (byte === this.#inside) this.#inside = 0;
      } else if (byte === quote || byte === doubleQuote) {
        this.#inside = byte;
      } else if (byte === newline) {
        if (this.#before === semicolon || this.#before === comma) this.#rows++;
      }
      this.#before = byte;
    }
  }

  end(): TextDigest | string {
    if (this.#inside !== 0) return 'a quoted text in it has no end';
    return {
      textBytes: this.#textBytes,
      rows: this.#rows,
      sha256: this.#hash.digest('hex'),
      rowHash: null,
    };
  }
}
