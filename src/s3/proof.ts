import type { FileHandle } from 'node:fs/promises';
import { beginChecksum, type Checksum, CompositeChecksum } from './checksums.ts';
import type { ObjectState, StoredChecksum } from './object-state.ts';
import type { Prefix } from './prefix.ts';

/** What the bytes of a download were held against: a checksum of the whole, of its parts. */
export type Proof = 'full' | 'composite' | 'none';

/** The bytes that arrived are not those that the store was given. */
export class ChecksumMismatch extends Error {
  readonly algorithm: string;
  /** In base64. */
  readonly expected: string;
  readonly computed: string;

  constructor(
    key: string,
    { algorithm, value, isComposite }: StoredChecksum,
    is: string,
  ) {
    const of = isComposite ? `${algorithm} of its parts` : algorithm;
    super(
      `${key} is not what was stored: the ${of} that the store keeps is ${value}, that of the bytes that arrived ${is}.`,
    );
    this.algorithm = algorithm;
    this.expected = value;
    this.computed = is;
  }
}

const pieceBytes = 1024 * 1024;

/**
 * Holds a file against the checksum that the store keeps while its prefix grows, reading
 * back what was written: so the order of arrival does not matter. Throws `ChecksumMismatch`.
 */
export async function prove(
  file: FileHandle,
  prefix: Prefix,
  { key, sizeBytes, checksum }: ObjectState,
): Promise<Proof> {
  const sum = checksum && begin(checksum);
  if (!checksum || !sum) return 'none';
  const piece = Buffer.allocUnsafe(Math.min(pieceBytes, sizeBytes));
  for (let position = 0; position < sizeBytes; ) {
    const length = Math.min(piece.length, sizeBytes - position);
    await prefix.reached(position + length);
    const { bytesRead } = await file.read(piece, 0, length, position);
    if (bytesRead === 0) throw new Error('The file was cut off while it was written.');
    sum.update(piece.subarray(0, bytesRead));
    position += bytesRead;
  }
  const computed = sum.digest().toString('base64');
  if (computed !== checksum.value) throw new ChecksumMismatch(key, checksum, computed);
  return checksum.isComposite ? 'composite' : 'full';
}

/** Null where it is of parts whose sizes are not known. */
function begin({ algorithm, isComposite, partSizes }: StoredChecksum): Checksum | null {
  if (!isComposite) return beginChecksum(algorithm);
  return partSizes && new CompositeChecksum(algorithm, partSizes);
}
