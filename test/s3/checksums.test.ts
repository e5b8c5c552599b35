import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  beginChecksum,
  type ChecksumAlgorithm,
  CompositeChecksum,
  checksumAlgorithms,
} from '../../src/s3/checksums.ts';

function digest(algorithm: ChecksumAlgorithm, ...pieces: Uint8Array[]): string {
  const checksum = beginChecksum(algorithm);
  for (const piece of pieces) checksum.update(piece);
  return checksum.digest().toString('hex');
}

function* cut(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += length) {
    yield bytes.subarray(start, start + length);
  }
}

describe('a checksum', () => {
  test.each([
    ['CRC64NVME', 'ae8b14860a799888'],
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('by %s has the check value of its catalogue', (algorithm, expected) => {
    expect(digest(algorithm, Buffer.from('123456789'))).toBe(expected);
  });

  test.each(checksumAlgorithms)('by %s does not depend on the pieces', (algorithm) => {
    const bytes = randomBytes(10_007);
    const expected = digest(algorithm, ...cut(bytes, 1));
    for (const length of [3, 8, 13, 4096, bytes.length]) {
      expect(digest(algorithm, ...cut(bytes, length))).toBe(expected);
    }
    // From any place in memory.
    for (const offset of [1, 2, 3, 4]) {
      const moved = Buffer.alloc(bytes.length + offset).subarray(offset);
      bytes.copy(moved);
      expect(digest(algorithm, moved)).toBe(expected);
    }
  });

  test.each(checksumAlgorithms)('by %s of nothing is known', (algorithm) => {
    expect(digest(algorithm)).toBe(digest(algorithm, new Uint8Array()));
    expect(digest(algorithm)).not.toBe(digest(algorithm, new Uint8Array(1)));
  });
});

describe('a composite checksum', () => {
  const bytes = randomBytes(25_000);

  test.each([[[10_000, 10_000, 5_000]], [[10_000, 15_000]], [[25_000]]])(
    'of parts of %j is that of their checksums',
    (sizes) => {
      const whole = createHash('sha256');
      let start = 0;
      for (const size of sizes) {
        const part = bytes.subarray(start, start + size);
        whole.update(createHash('sha256').update(part).digest());
        start += size;
      }
      const expected = whole.digest('hex');
      for (const length of [1_000, 7_777, 10_000, 25_000]) {
        const checksum = new CompositeChecksum('SHA256', sizes);
        for (const piece of cut(bytes, length)) checksum.update(piece);
        expect(checksum.digest().toString('hex')).toBe(expected);
      }
    },
  );
});
