import type { Archive } from './archive.ts';
import { ArchiveCorrupt } from './archive-errors.ts';
import { parseArchive } from './parse-archive.ts';

/** Bytes that can be read in any order: a file, an object in a store. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Fewer bytes only where the source ends. */
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
}

const firstBytes = 64 * 1024;
/** A million entries have less; what claims to have more is damaged. */
const mostBytes = 512 * 1024 ** 2;

/**
 * Reads the header and the table of contents, in pieces that grow until they are whole.
 * Throws what `parseArchive` throws.
 */
export async function readArchive(
  source: ByteSource,
  signal: AbortSignal,
): Promise<Archive> {
  const { sizeBytes } = source;
  for (let length = firstBytes; length <= mostBytes; length *= 4) {
    const isWhole = length >= sizeBytes;
    const wanted = Math.min(length, sizeBytes);
    const head = wanted > 0 ? await source.read(0, wanted, signal) : new Uint8Array();
    const archive = parseArchive(head, isWhole);
    if (archive) return archive;
  }
  throw new ArchiveCorrupt(mostBytes, 'its table of contents has no end');
}
