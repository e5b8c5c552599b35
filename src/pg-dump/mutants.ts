import type { Archive } from './archive.ts';
import { ArchiveCorrupt, ArchiveTruncated } from './archive-errors.ts';
import { type BlockDigest, decodeArchive } from './decode-archive.ts';
import type { ByteSource } from './read-archive.ts';

/** A small piece of an archive, harmed in one way. */
export interface Mutant {
  readonly name: 'cut' | 'flipped-bit' | 'dropped-block';
  readonly archive: Archive;
  /** From where its data begin. */
  readonly bytes: Uint8Array;
}

const mostBytes = 256 * 1024;
/** The type of the block and the number of its entry stand before the first chunk. */
const firstChunkAt = 6;

/**
 * Makes three mutants of an archive that has just been decoded: of its smallest block, or of
 * the beginning of that where it is large. There are none where the archive has no data.
 */
export async function makeMutants(
  { header }: Archive,
  digests: readonly BlockDigest[],
  source: ByteSource,
  signal: AbortSignal,
): Promise<Mutant[]> {
  const [smallest] = digests.toSorted((a, b) => a.storedBytes - b.storedBytes);
  if (!smallest) return [];
  const { entry, startsAt, storedBytes } = smallest;
  const length = Math.min(storedBytes, mostBytes);
  const bytes = await source.read(startsAt, length, signal);
  const entries = [{ ...entry, dataOffset: null }];
  const archive = { header, entries, dataStartsAt: 0 };
  // Within rows only gzip sees a flipped bit; within the frame of a chunk each must be seen.
  const isChecked = header.codec === 'gzip' && length === storedBytes;
  const flippedAt = isChecked ? Math.floor(length / 2) : firstChunkAt;
  return [
    { name: 'cut', archive, bytes: bytes.subarray(0, Math.ceil(length / 2)) },
    { name: 'flipped-bit', archive, bytes: flipped(bytes, flippedAt) },
    { name: 'dropped-block', archive, bytes: new Uint8Array() },
  ];
}

/** Shows mutants to the decoder; returns those that it takes for whole. */
export async function survivorsOf(
  mutants: readonly Mutant[],
  signal: AbortSignal,
): Promise<Mutant['name'][]> {
  const survivors: Mutant['name'][] = [];
  for (const { name, archive, bytes } of mutants) {
    try {
      for await (const _ of decodeArchive(archive, piecesOf(bytes), { signal }));
      survivors.push(name);
    } catch (error) {
      const isRejected =
        error instanceof ArchiveTruncated || error instanceof ArchiveCorrupt;
      if (!isRejected) throw error;
    }
  }
  return survivors;
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0b10;
  return copy;
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
