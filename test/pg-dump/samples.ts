import { readdirSync, readFileSync } from 'node:fs';
import type { Archive } from '../../src/pg-dump/archive.ts';
import {
  type BlockDigest,
  type DecodeOptions,
  decodeArchive,
} from '../../src/pg-dump/decode-archive.ts';
import {
  ArchiveCorrupt,
  ArchiveTrailingData,
  ArchiveTruncated,
  NotAnArchive,
  parseArchive,
  UnsupportedArchive,
} from '../../src/pg-dump/parse-archive.ts';

const folder = new URL('fixtures/', import.meta.url);

/** The names of all archives there are: see the README beside them. */
export const fixtures = readdirSync(folder)
  .filter((file) => file.endsWith('.dump'))
  .map((file) => file.slice(0, -'.dump'.length));

export function fixture(name: string): Buffer {
  return readFileSync(new URL(`${name}.dump`, folder));
}

/** What `COPY … TO STDOUT` wrote of each table of source.sql. */
export const copied: Record<
  string,
  Pick<BlockDigest, 'rows' | 'textBytes' | 'sha256'>
> = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));

/** Parses what is known to be an archive. */
export function parsed(bytes: Uint8Array): Archive {
  const archive = parseArchive(bytes, true);
  if (!archive) throw new Error('The archive was not parsed.');
  return archive;
}

export async function* piecesOf(bytes: Uint8Array, length = bytes.length) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

export async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Decodes all data of an archive, which comes in pieces of a length. */
export async function digestsOf(
  bytes: Uint8Array,
  options: Partial<DecodeOptions> & { pieceBytes?: number; archive?: Archive } = {},
): Promise<BlockDigest[]> {
  const { archive = parsed(bytes), pieceBytes, ...rest } = options;
  const data = piecesOf(bytes.subarray(archive.dataStartsAt), pieceBytes);
  const signal = AbortSignal.timeout(20_000);
  return allOf(decodeArchive(archive, data, { signal, ...rest }));
}

const faults = {
  NotAnArchive,
  UnsupportedArchive,
  ArchiveTruncated,
  ArchiveCorrupt,
  ArchiveTrailingData,
};

/** The name of the fault in an archive; `whole` where there is none. */
export async function verdictOn(bytes: Uint8Array, archive?: Archive): Promise<string> {
  try {
    await digestsOf(bytes, archive && { archive });
    return 'whole';
  } catch (error) {
    for (const [name, fault] of Object.entries(faults)) {
      if (error instanceof fault) return name;
    }
    throw error;
  }
}

/** The same bytes with one bit turned over. */
export function flipped(bytes: Uint8Array, at: number, bit = 0): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}
