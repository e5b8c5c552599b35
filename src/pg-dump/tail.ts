import type { Archive, TocEntry } from './archive.ts';

/**
 * What the last bytes of an archive tell: that it is `whole`; that it was `cut` off within
 * its data; that the file `goes-on` behind its end; or that the end is `zero-filled`.
 */
export type Tail = 'whole' | 'cut' | 'goes-on' | 'zero-filled';

const blockTypes = [1, 3];
/** Its type, two numbers: of its entry and of no more bytes. */
const smallestBlockBytes = 1 + 5 + 5;

/**
 * Judges the end of an archive by its last bytes, some 4 kB of them.
 *
 * @param tail the last bytes of the file, or all that stands in it
 * @param sizeBytes of the whole file
 */
export function judgeTail(archive: Archive, tail: Uint8Array, sizeBytes: number): Tail {
  const { dataStartsAt, entries } = archive;
  const withData = entries.filter(({ hasData }) => hasData);
  if (withData.length === 0) {
    if (sizeBytes === dataStartsAt) return 'whole';
    return sizeBytes < dataStartsAt ? 'cut' : 'goes-on';
  }
  // There may be more of them than a function takes arguments.
  const lastAt = withData.reduce(
    (last, { dataOffset }) => Math.max(last, dataOffset ?? 0),
    dataStartsAt,
  );
  if (sizeBytes < lastAt + smallestBlockBytes) return 'cut';
  const ofData = tail.subarray(Math.max(0, dataStartsAt - (sizeBytes - tail.length)));
  const bytes = Buffer.from(ofData);
  const zeros = bytes.length - 1 - bytes.findLastIndex((byte) => byte !== 0);
  if (zeros >= tooManyZerosOf(archive)) return 'zero-filled';
  if (zeros >= endZerosOf(archive)) return 'whole';
  return goesOn(bytes, archive) ? 'goes-on' : 'cut';
}

/**
 * How many zeros the last block ends with, at least: a chunk of no length (the sign and four
 * bytes of a number); behind large objects another such number; of lz4 the end of its frame.
 */
function endZerosOf({ header, entries }: Archive): number {
  return 5 + (entries.some(isOfLargeObjects) ? 5 : 0) + (header.codec === 'lz4' ? 4 : 0);
}

/**
 * So many zeros at the end are not from any dump. Large objects may end with zeros, though:
 * gzip has its checksum behind them, lz4 and zstd leave as they are what is short.
 */
function tooManyZerosOf({ header, entries }: Archive): number {
  if (header.codec === 'gzip' || !entries.some(isOfLargeObjects)) return 32;
  return header.codec === 'none' ? Number.POSITIVE_INFINITY : 1024;
}

function isOfLargeObjects({ kind, hasData }: TocEntry): boolean {
  return hasData && kind === 'BLOBS';
}

/** Whether a block ends within these bytes, and what follows is not the next one. */
function goesOn(bytes: Buffer, archive: Archive): boolean {
  // Then any zeros may be those of a large object, whose block was cut off.
  if (tooManyZerosOf(archive) === Number.POSITIVE_INFINITY) return false;
  const withData = archive.entries.filter(({ hasData }) => hasData);
  const ids = new Set(withData.map(({ id }) => id));
  const blockEnd = Buffer.alloc(endZerosOf(archive));
  const endsAt = bytes.lastIndexOf(blockEnd);
  if (endsAt < 0) return false;
  const next = endsAt + blockEnd.length;
  const type = bytes[next] ?? -1;
  if (!blockTypes.includes(type) || next + 6 > bytes.length) return true;
  return bytes[next + 1] !== 0 || !ids.has(bytes.readUInt32LE(next + 2));
}
