import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { countByte } from './count-byte.ts';
import { RowHash } from './row-hash.ts';

const newline = 0x0a;
const tab = 0x09;
/** What pg_dump writes behind the rows, for psql. */
const endMarker = Buffer.from('\\.\n\n\n');

/** What there is to know beforehand of the text of a table. */
export interface CopyTextOptions {
  /** Null where it is not known. */
  readonly columns: number | null;
  readonly isUtf8: boolean;
  /** Whether the text has come without a checksum, so that it is looked at more closely. */
  readonly isSuspicious: boolean;
  readonly wantsRowHash: boolean;
}

/** What the text of COPY came to. */
export interface TextDigest {
  readonly textBytes: number;
  readonly rows: number;
  readonly sha256: string;
  readonly rowHash: string | null;
}

/**
 * Hashes and counts the rows of a table as they come. Of an archive that has no checksum it
 * also looks whether they can be rows, which is all that a fault in it would show by.
 */
export class CopyText {
  readonly #options: CopyTextOptions;
  readonly #hash = createHash('sha256');
  readonly #rowHash: RowHash | null;
  /** The end marker is no row, so the last bytes are held back. */
  #held: Buffer = Buffer.alloc(0);
  /** The first bytes of a character whose others are still to come. */
  #begun: Buffer = Buffer.alloc(0);
  #rows = 0;
  #tabs = 0;
  #textBytes = 0;
  #hasBadCharacter = false;
  #hasZero = false;
  #lastByte = newline;

  constructor(options: CopyTextOptions) {
    this.#options = options;
    this.#rowHash = options.wantsRowHash ? new RowHash() : null;
  }

  /** Takes the next piece; nothing of it is kept. */
  update(piece: Uint8Array): void {
    const held = endMarker.length;
    const bytes = Buffer.concat([this.#held, piece.subarray(0, held)]);
    if (piece.length < held) {
      const over = Math.max(0, bytes.length - held);
      this.#take(bytes.subarray(0, over));
      this.#held = Buffer.from(bytes.subarray(over));
      return;
    }
    this.#take(this.#held);
    this.#take(piece.subarray(0, piece.length - held));
    this.#held = Buffer.from(piece.subarray(piece.length - held));
  }

  /** Ends the text. Returns what is wrong with it instead, if anything is. */
  end(): TextDigest | string {
    if (!this.#held.equals(endMarker)) return 'its text has no end';
    const { columns, isSuspicious } = this.#options;
    if (this.#lastByte !== newline) return 'its last row has no end';
    if (this.#hasZero) return 'its text has zero bytes, which no text of PostgreSQL has';
    if (this.#hasBadCharacter) {
      return 'its text has bytes that are no characters of UTF-8';
    }
    if (isSuspicious && columns !== null && !this.#hasColumns(columns)) {
      return `its rows do not all have ${columns} columns`;
    }
    return {
      textBytes: this.#textBytes,
      rows: this.#rows,
      sha256: this.#hash.digest('hex'),
      rowHash: this.#rowHash?.digest() ?? null,
    };
  }

  #hasColumns(columns: number): boolean {
    // A row without columns is a line break and nothing else.
    if (columns === 0) return this.#textBytes === this.#rows;
    return this.#tabs === this.#rows * (columns - 1);
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#textBytes += bytes.length;
    this.#hash.update(bytes);
    // Within values, both stand escaped.
    this.#rows += countByte(bytes, newline);
    this.#rowHash?.update(bytes);
    this.#lastByte = bytes[bytes.length - 1] ?? newline;
    if (!this.#options.isSuspicious) return;
    this.#hasZero ||= bytes.includes(0);
    this.#tabs += countByte(bytes, tab);
    if (this.#options.isUtf8) this.#checkCharacters(bytes);
  }

  #checkCharacters(bytes: Uint8Array): void {
    const all = this.#begun.length > 0 ? Buffer.concat([this.#begun, bytes]) : bytes;
    const whole = all.length - unfinished(all);
    this.#begun = Buffer.from(all.subarray(whole));
    this.#hasBadCharacter ||= !isUtf8(all.subarray(0, whole));
  }
}

/** How many bytes at the end are the beginning of a character of UTF-8. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}
