/** Where the parts of an archive in custom format lie. Written apart from what it judges. */
export interface Anatomy {
  /** Where the number of entries of the table of contents stands. */
  readonly tocAt: number;
  readonly dataAt: number;
  readonly blocks: readonly Block[];
  /** Where the text of a definition stands, by the tag of its entry. */
  readonly definitionAt: ReadonlyMap<string, number>;
}

/** The data of one entry of the table of contents. */
export interface Block {
  readonly tag: string;
  readonly from: number;
  /** Where the next one begins. */
  readonly to: number;
  /** Where the length of each chunk stands; its bytes come after it. */
  readonly chunksAt: readonly number[];
}

const intBytes = 5;
const timeInts = 7;

/** Finds the parts of an archive of version 1.14 to 1.16. */
export function dissect(archive: Buffer): Anatomy {
  const version = archive[6] ?? 0;
  const reader = new Reader(archive, timeAt(archive) + timeInts * intBytes);
  for (let text = 0; text < 3; text++) reader.text();
  const tocAt = reader.at;
  const tags = new Map<number, string>();
  const definitionAt = new Map<string, number>();
  for (let left = reader.int(); left > 0; left--) {
    const id = reader.int();
    reader.int();
    reader.text();
    reader.text();
    const tag = reader.text() ?? '';
    tags.set(id, tag);
    reader.text();
    reader.int();
    if (!definitionAt.has(tag)) definitionAt.set(tag, reader.at + intBytes);
    for (let text = 0; text < (version >= 14 ? 6 : 5); text++) reader.text();
    if (version >= 16) reader.int();
    reader.text();
    reader.text();
    while (reader.text() !== null);
    reader.at += 9;
  }
  const dataAt = reader.at;
  const blocks: Block[] = [];
  while (reader.at < archive.length) blocks.push(readBlock(reader, tags));
  return { tocAt, dataAt, blocks, definitionAt };
}

/** Where the time of an archive stands. */
export function timeAt(archive: Buffer): number {
  const isByByte = (archive[6] ?? 0) >= 15;
  return 11 + (isByByte ? 1 : intBytes);
}

/** The clock on the wall of the dumping host, as if it had been UTC. */
export function timeOf(archive: Buffer): Date {
  const reader = new Reader(archive, timeAt(archive));
  const [second = 0, minute, hour, day, month = 0, year = 0] = Array.from(
    { length: timeInts },
    () => reader.int(),
  );
  return new Date(Date.UTC(year + 1900, month, day, hour, minute, second));
}

/** The same archive as if it had been made at another time. */
export function withTime(archive: Buffer, time: Date): Buffer {
  const copy = Buffer.from(archive);
  const parts = [
    ...[time.getUTCSeconds(), time.getUTCMinutes(), time.getUTCHours()],
    ...[time.getUTCDate(), time.getUTCMonth(), time.getUTCFullYear() - 1900],
  ];
  for (const [index, part] of parts.entries()) {
    writeInt(copy, timeAt(copy) + index * intBytes, part);
  }
  return copy;
}

/** Writes an integer as archives do: its sign, then four bytes, the lowest first. */
export function writeInt(archive: Buffer, at: number, value: number): void {
  archive[at] = 0;
  archive.writeUInt32LE(value, at + 1);
}

function readBlock(reader: Reader, tags: ReadonlyMap<number, string>): Block {
  const from = reader.at;
  const type = reader.byte();
  if (type !== 1 && type !== 3) throw new Error(`No block begins at ${from}.`);
  const tag = tags.get(reader.int()) ?? '';
  const chunksAt: number[] = [];
  if (type === 1) readChunks(reader, chunksAt);
  else while (reader.int() !== 0) readChunks(reader, chunksAt);
  return { tag, from, to: reader.at, chunksAt };
}

function readChunks(reader: Reader, chunksAt: number[]): void {
  for (;;) {
    const at = reader.at;
    const length = reader.int();
    if (length === 0) return;
    chunksAt.push(at);
    reader.at += length;
  }
}

class Reader {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.at++);
  }

  int(): number {
    const sign = this.byte();
    const value = this.#bytes.readUInt32LE(this.at);
    this.at += 4;
    return sign ? -value : value;
  }

  text(): string | null {
    const length = this.int();
    if (length < 0) return null;
    this.at += length;
    return this.#bytes.toString('utf8', this.at - length, this.at);
  }
}
