import { ArchiveCorrupt } from './archive-errors.ts';

/** Thrown where the bytes at hand end in the middle of a value. */
export class HeadEnded extends Error {}

/** No statement of a catalog is longer; a length that is comes from damaged bytes. */
const maxTextBytes = 64 * 1024 ** 2;

/**
 * Reads the values of the head of an archive, as `ReadInt`, `ReadStr` and `ReadOffset` of
 * pg_backup_archiver.c do.
 */
export class HeadReader {
  at: number;
  /** Of the integers and offsets in the archive; it says so itself. */
  intBytes = 4;
  offsetBytes = 8;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  byte(): number {
    const value = this.#bytes[this.at];
    if (value === undefined) throw new HeadEnded();
    this.at++;
    return value;
  }

  /** A byte with the sign, then the value, least byte first. */
  int(): number {
    const startsAt = this.at;
    const sign = this.byte();
    if (sign > 1) throw new ArchiveCorrupt(startsAt, 'a number has no sign');
    const value = this.#leastFirst(this.intBytes);
    return sign === 1 ? -value : value;
  }

  /** Its length, then its bytes; −1 stands for none. */
  text(): string | null {
    const startsAt = this.at;
    const length = this.int();
    if (length === -1) return null;
    if (length < 0 || length > maxTextBytes) {
      throw new ArchiveCorrupt(startsAt, `a text claims to have ${length} bytes`);
    }
    const end = this.at + length;
    if (end > this.#bytes.length) throw new HeadEnded();
    const value = this.#bytes.toString('utf8', this.at, end);
    this.at = end;
    return value;
  }

  /** A flag, then the offset, least byte first. */
  offset(): { flag: number; offset: number } {
    const flag = this.byte();
    return { flag, offset: this.#leastFirst(this.offsetBytes) };
  }

  #leastFirst(count: number): number {
    const startsAt = this.at;
    let value = 0;
    for (let index = 0; index < count; index++) value += this.byte() * 256 ** index;
    if (Number.isSafeInteger(value)) return value;
    throw new ArchiveCorrupt(startsAt, 'a number is larger than any that pg_dump writes');
  }
}
