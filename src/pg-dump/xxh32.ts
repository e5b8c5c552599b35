const [prime1, prime2, prime3, prime4, prime5] = [
  0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1,
];

const rotated = (value: number, bits: number) =>
  (value << bits) | (value >>> (32 - bits));

/**
 * XXH32 without a seed, of fewer than 16 bytes, as the header of an lz4 frame needs it.
 * https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
export function xxh32(bytes: Buffer): number {
  let hash = (prime5 + bytes.length) | 0;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = (hash + Math.imul(bytes.readUInt32LE(at), prime3)) | 0;
    hash = Math.imul(rotated(hash, 17), prime4);
  }
  for (; at < bytes.length; at++) {
    hash = (hash + Math.imul(bytes[at] ?? 0, prime5)) | 0;
    hash = Math.imul(rotated(hash, 11), prime1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
