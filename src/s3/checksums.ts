import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc } from './crc.ts';

/** The checksums that a store may keep: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export const checksumAlgorithms = [
  'CRC64NVME',
  'CRC32',
  'CRC32C',
  'SHA256',
  'SHA1',
] as const;

export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** A checksum of bytes that arrive one after the other. */
export interface Checksum {
  update(bytes: Uint8Array): unknown;
  /** May be called once. */
  digest(): Buffer;
}

/** Begins a checksum of a whole object. */
export function beginChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'CRC64NVME':
      return Crc.crc64Nvme();
    case 'CRC32C':
      return Crc.crc32C();
    case 'CRC32':
      return new Crc32();
    case 'SHA1':
    case 'SHA256':
      return createHash(algorithm);
  }
}

class Crc32 implements Checksum {
  #value = 0;

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }

  digest(): Buffer {
    const digest = Buffer.alloc(4);
    digest.writeUInt32BE(this.#value);
    return digest;
  }
}

/**
 * A checksum of an object that was uploaded in parts of these sizes: the checksum of the
 * checksums of its parts, one after the other.
 */
export class CompositeChecksum implements Checksum {
  readonly #algorithm: ChecksumAlgorithm;
  readonly #partSizes: Iterator<number>;
  readonly #whole: Checksum;
  #part: Checksum;
  #partBytesLeft: number;

  constructor(algorithm: ChecksumAlgorithm, partSizes: readonly number[]) {
    this.#algorithm = algorithm;
    this.#whole = beginChecksum(algorithm);
    this.#part = beginChecksum(algorithm);
    this.#partSizes = partSizes.values();
    this.#partBytesLeft = this.#nextPartBytes();
  }

  update(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > this.#partBytesLeft) {
      this.#part.update(rest.subarray(0, this.#partBytesLeft));
      rest = rest.subarray(this.#partBytesLeft);
      this.#whole.update(this.#part.digest());
      this.#part = beginChecksum(this.#algorithm);
      this.#partBytesLeft = this.#nextPartBytes();
    }
    this.#part.update(rest);
    this.#partBytesLeft -= rest.length;
  }

  digest(): Buffer {
    this.#whole.update(this.#part.digest());
    return this.#whole.digest();
  }

  /** Bytes beyond the last part count as its own. */
  #nextPartBytes(): number {
    const { done, value } = this.#partSizes.next();
    return done ? Number.POSITIVE_INFINITY : value;
  }
}
