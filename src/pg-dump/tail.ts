import type { Archive } from './archive.ts';

/**
 * What the last bytes of an archive tell: that it is `whole`; that it was `cut` off within
 * its data; that the file `goes-on` behind its end; or that the end is `zero-filled`.
 */
export type Tail = 'whole' | 'cut' | 'goes-on' | 'zero-filled';

/** A block ends with a chunk of no length: the sign and four bytes of a number, all zero. */
const blockEnd = Buffer.alloc(5);
/** An lz4 frame ends with zeros, too; so many in a row are not from any dump. */
const tooManyZeros = 32;
const blockTypes = [1, 3];

/**
 * Judges the end of an archive by its last bytes, some 4 kB of them.
 *
 * @param tail the last bytes of the file, or all that stands in it
 * @param sizeBytes of the whole file
 */
export function judgeTail(archive: Archive, tail: Uint8Array, sizeBytes: number): Tail {
  const { dataStartsAt, entries } = archive;
  if (!entries.some(({ hasData }) => hasData)) {
    if (sizeBytes === dataStartsAt) return 'whole';
    return sizeBytes < dataStartsAt ? 'cut' : 'goes-on';
  }
  if (sizeBytes <= dataStartsAt) return 'cut';
  const ofData = tail.subarray(Math.max(0, dataStartsAt - (sizeBytes - tail.length)));
  const bytes = Buffer.from(ofData);
  const zeros = bytes.length - 1 - bytes.findLastIndex((byte) => byte !== 0);
  if (zeros >= tooManyZeros) return 'zero-filled';
  if (zeros >= blockEnd.length) return 'whole';
  return goesOn(bytes, archive) ? 'goes-on' : 'cut';
}

/** Whether a block ends within these bytes, and what follows is not the next one. */
function goesOn(bytes: Buffer, { entries }: Archive): boolean {
  const ids = new Set(entries.filter(({ hasData }) => hasData).map(({ id }) => id));
  const endsAt = bytes.lastIndexOf(blockEnd);
  if (endsAt < 0) return false;
  // More zeros may stand before the end, of an lz4 frame or of the last chunk.
  let next = endsAt + blockEnd.length;
  while (bytes[next] === 0) next++;
  const type = bytes[next] ?? -1;
  if (!blockTypes.includes(type) || next + 6 > bytes.length) return true;
  return bytes[next + 1] !== 0 || !ids.has(bytes.readUInt32LE(next + 2));
}
