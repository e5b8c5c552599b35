import { ArchiveCorrupt, ArchiveTruncated } from './archive-errors.ts';
import type { ByteStream } from './byte-stream.ts';

/** The sign and four bytes of a number. */
const intBytes = 5;
/** pg_dump writes some hundred kilobytes at a time; uncompressed, a row at most. */
const maxChunkBytes = 1024 ** 3 + 1024;
/** What is handed on at a time: the chunks of older versions have 4 kB. */
const batchBytes = 256 * 1024;
/** There may be a million large objects, and few of them have more. */
const firstBatchBytes = 16 * 1024;

const ended = (at: number, where: string) =>
  new ArchiveTruncated(at, `it ends in the middle of ${where}`);

/** Reads a number as pg_dump writes it. Throws `ArchiveTruncated` and `ArchiveCorrupt`. */
export async function readInt(stream: ByteStream, where: string): Promise<number> {
  const startsAt = stream.at;
  const bytes = await stream.take(intBytes);
  if (!bytes) throw ended(stream.at, where);
  return intFrom(bytes, startsAt);
}

function intFrom(bytes: Uint8Array, atByte: number): number {
  const [sign = 0, a = 0, b = 0, c = 0, d = 0] = bytes;
  if (sign > 1) throw new ArchiveCorrupt(atByte, 'a number has no sign');
  const value = a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
  if (sign === 1 && value === 0) throw new ArchiveCorrupt(atByte, 'a zero has a sign');
  return sign === 1 ? -value : value;
}

/**
 * Reads the chunks of a block up to the empty one that ends it, and hands their bytes on in
 * batches. Throws `ArchiveTruncated` and `ArchiveCorrupt`.
 */
export async function* readChunks(
  stream: ByteStream,
  where: string,
): AsyncGenerator<Uint8Array> {
  let batch = Buffer.allocUnsafeSlow(firstBatchBytes);
  let length = 0;
  for (;;) {
    const chunkAt = stream.at;
    // Uncompressed, each row is a chunk: to wait for every one of them takes too long.
    const atHand = stream.takeAtHand(intBytes);
    let left = atHand ? intFrom(atHand, chunkAt) : await readInt(stream, where);
    if (left === 0) break;
    if (left < 0 || left > maxChunkBytes) {
      throw new ArchiveCorrupt(chunkAt, `a chunk of ${where} claims ${left} bytes`);
    }
    while (left > 0) {
      const wanted = Math.min(left, batch.length - length);
      const piece = stream.takeAtHand(wanted) ?? (await stream.takeSome(wanted));
      if (!piece) throw ended(stream.at, where);
      batch.set(piece, length);
      left -= piece.length;
      length += piece.length;
      if (length === batch.length) {
        yield batch;
        batch = Buffer.allocUnsafeSlow(batchBytes);
        length = 0;
      }
    }
  }
  if (length > 0) yield batch.subarray(0, length);
}
