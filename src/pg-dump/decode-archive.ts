import type { Archive, TocEntry } from './archive.ts';
import {
  ArchiveCorrupt,
  ArchiveTrailingData,
  ArchiveTruncated,
} from './archive-errors.ts';
import { ByteStream } from './byte-stream.ts';
import { readChunks, readInt } from './chunks.ts';
import { columnsOf } from './columns.ts';
import { CopyText, type TextDigest } from './copy-text.ts';
import { decompressor } from './decompress.ts';
import { InsertText } from './insert-text.ts';
import { LargeObjects } from './large-objects.ts';
import { Undecodable } from './undecodable.ts';

export { ArchiveTrailingData } from './archive-errors.ts';

/** What the data of one entry came to. */
export interface BlockDigest {
  readonly entry: TocEntry;
  readonly form: 'copy' | 'inserts' | 'blobs';
  /** In the file; with all that stands around the data. */
  readonly startsAt: number;
  readonly storedBytes: number;
  /** Unpacked, without the end marker of COPY. */
  readonly textBytes: number;
  /** Of blobs: large objects. */
  readonly rows: number;
  /** Of the text of COPY, without its end marker, in hex. */
  readonly sha256: string;
  /** The same for rows in any order, where it was asked for: see `RowHash`. */
  readonly rowHash: string | null;
}

export interface DecodeOptions {
  readonly signal: AbortSignal;
  readonly wantsRowHash?: (entry: TocEntry) => boolean;
  /** Is shown the text of each entry as it comes; it may keep nothing of it. */
  readonly onText?: (entry: TocEntry, text: Uint8Array) => void;
}

const blockTypes: Record<number, 'data' | 'blobs'> = { 1: 'data', 3: 'blobs' };

/**
 * Decodes every block of an archive, as `_PrintTocData` of pg_backup_custom.c reads them.
 * Throws `ArchiveTruncated`, `ArchiveCorrupt` or `ArchiveTrailingData` at the first fault;
 * what was whole before has been yielded.
 *
 * @param bytes everything from `archive.dataStartsAt` to the end of the file
 */
export async function* decodeArchive(
  archive: Archive,
  bytes: AsyncIterable<Uint8Array>,
  options: DecodeOptions,
): AsyncGenerator<BlockDigest> {
  const decoder = new ArchiveDecoder(archive, bytes, options);
  try {
    for (let digest = await decoder.next(); digest; digest = await decoder.next()) {
      yield digest;
    }
  } finally {
    await decoder.release();
  }
}

class ArchiveDecoder {
  readonly #archive: Archive;
  readonly #stream: ByteStream;
  readonly #options: DecodeOptions;
  /** Those whose block has not come yet, in the order in which pg_dump writes them. */
  readonly #missing: Map<number, TocEntry>;
  readonly #isUtf8: boolean;

  constructor(
    archive: Archive,
    bytes: AsyncIterable<Uint8Array>,
    options: DecodeOptions,
  ) {
    this.#archive = archive;
    this.#stream = new ByteStream(bytes, archive.dataStartsAt);
    this.#options = options;
    this.#missing = new Map(
      archive.entries.filter(({ hasData }) => hasData).map((entry) => [entry.id, entry]),
    );
    this.#isUtf8 = archive.entries.some(
      ({ kind, definition }) => kind === 'ENCODING' && definition?.includes("'UTF8'"),
    );
  }

  /** The next block; null behind the last one. */
  async next(): Promise<BlockDigest | null> {
    this.#options.signal.throwIfAborted();
    const startsAt = this.#stream.at;
    const first = await this.#stream.take(1);
    if (!first) {
      this.#refuseMissing();
      return null;
    }
    const type = blockTypes[first[0] ?? 0];
    if (!type) throw this.#notABlock(startsAt, 'no block begins there');
    const id = await readInt(this.#stream, 'the head of a block').catch((error) => {
      // A byte or two behind the last block may look like the head of another one.
      const isNoBlock = error instanceof ArchiveCorrupt || this.#missing.size === 0;
      throw isNoBlock ? this.#notABlock(startsAt, 'no block begins there') : error;
    });
    const entry = this.#missing.get(id);
    if (!entry) {
      const isKnown = this.#archive.entries.some((one) => one.id === id && one.hasData);
      const what = isKnown
        ? `a second block for entry ${id} stands there`
        : `a block for entry ${id} stands there, and there is no such entry`;
      throw this.#notABlock(startsAt, what);
    }
    this.#missing.delete(id);
    const { dataOffset } = entry;
    if (dataOffset !== null && dataOffset !== startsAt) {
      throw new ArchiveCorrupt(
        startsAt,
        `the block of ${nameOf(entry)} should begin at byte ${dataOffset}`,
      );
    }
    const form = formOf(entry);
    if ((form === 'blobs') !== (type === 'blobs')) {
      const message = `the block of ${nameOf(entry)} is not of the type that it should be`;
      throw new ArchiveCorrupt(startsAt, message);
    }
    const digest = await this.#decode(entry, form);
    return { entry, form, startsAt, storedBytes: this.#stream.at - startsAt, ...digest };
  }

  release(): Promise<void> {
    return this.#stream.release();
  }

  async #decode(entry: TocEntry, form: BlockDigest['form']): Promise<TextDigest> {
    const startsAt = this.#stream.at;
    try {
      const digest =
        form === 'blobs' ? await this.#blobs(entry) : await this.#text(entry, form);
      if (typeof digest !== 'string') return digest;
      throw new Undecodable(digest);
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      const message = `the data of ${nameOf(entry)} cannot be decoded: ${error.message}`;
      throw new ArchiveCorrupt(startsAt, message);
    }
  }

  async #text(entry: TocEntry, form: 'copy' | 'inserts'): Promise<TextDigest | string> {
    const { wantsRowHash, onText } = this.#options;
    const text =
      form === 'copy'
        ? new CopyText({
            columns: columnsOf(entry.copyStatement),
            isUtf8: this.#isUtf8,
            isSuspicious: this.#archive.header.codec !== 'gzip',
            wantsRowHash: wantsRowHash?.(entry) ?? false,
          })
        : new InsertText();
    await this.#unpack(entry, (piece) => {
      text.update(piece);
      onText?.(entry, piece);
    });
    return text.end();
  }

  async #blobs(entry: TocEntry): Promise<TextDigest> {
    const objects = new LargeObjects();
    const where = `the large objects of ${nameOf(entry)}`;
    for (
      let oid = await readInt(this.#stream, where);
      oid !== 0;
      oid = await readInt(this.#stream, where)
    ) {
      // An OID has no sign, but is written as if it had one.
      objects.begin(oid >>> 0);
      await this.#unpack(entry, (piece) => objects.update(piece));
    }
    return objects.end();
  }

  /** Reads chunks up to the empty one, and hands on what is in them. */
  async #unpack(entry: TocEntry, emit: (piece: Uint8Array) => void): Promise<void> {
    const decompress = decompressor(this.#archive.header.codec, emit);
    try {
      for await (const batch of readChunks(
        this.#stream,
        `the data of ${nameOf(entry)}`,
      )) {
        this.#options.signal.throwIfAborted();
        await decompress.write(batch);
      }
      await decompress.end();
    } finally {
      decompress.destroy();
    }
  }

  /** While blocks are missing, what stands in their place is a fault within the archive. */
  #notABlock(atByte: number, what: string): Error {
    if (this.#missing.size > 0) return new ArchiveCorrupt(atByte, what);
    return new ArchiveTrailingData(atByte, 'the file goes on behind its last block');
  }

  /** Where only the last ones are missing, the file was cut off between two blocks. */
  #refuseMissing(): void {
    const missing = [...this.#missing.values()];
    const [first] = missing;
    if (!first) return;
    const expected = this.#archive.entries.filter(({ hasData }) => hasData);
    const isCut = expected
      .slice(-missing.length)
      .every(({ id }) => this.#missing.has(id));
    const { at } = this.#stream;
    if (isCut) {
      throw new ArchiveTruncated(at, `it ends before the data of ${nameOf(first)}`);
    }
    throw new ArchiveCorrupt(at, `the data of ${nameOf(first)} are missing`);
  }
}

function formOf({ kind, copyStatement }: TocEntry): BlockDigest['form'] {
  if (kind === 'BLOBS') return 'blobs';
  return copyStatement === null ? 'inserts' : 'copy';
}

function nameOf({ namespace, tag, kind }: TocEntry): string {
  const name = namespace === null ? tag : `${namespace}.${tag}`;
  return kind === 'TABLE DATA' ? name : `${kind} ${name}`;
}
