/** As many words as a lane of a byte can count. */
const wordsAtOnce = 255;
const ones = 0x01010101;
const lowBits = 0x7f7f7f7f;

/**
 * Counts how often a byte occurs, four bytes at a time: "exact zero byte" of
 * https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord. A loop over single bytes
 * takes longer than it takes to unpack them.
 */
export function countByte(bytes: Uint8Array, byte: number): number {
  const head = Math.min(bytes.length, -bytes.byteOffset & 3);
  const wordCount = (bytes.length - head) >> 2;
  // Where there is no whole word, what follows the head need not be aligned either.
  const wordsAt = wordCount > 0 ? bytes.byteOffset + head : 0;
  const words = new Uint32Array(bytes.buffer, wordsAt, wordCount);
  const pattern = Math.imul(byte, ones);
  let count = 0;
  for (let from = 0; from < words.length; from += wordsAtOnce) {
    const to = Math.min(words.length, from + wordsAtOnce);
    let lanes = 0;
    for (let index = from; index < to; index++) {
      const difference = (words[index] ?? 0) ^ pattern;
      const nonZero = ((difference & lowBits) + lowBits) | difference | lowBits;
      lanes += ~nonZero >>> 7;
    }
    count +=
      (lanes & 255) + ((lanes >>> 8) & 255) + ((lanes >>> 16) & 255) + (lanes >>> 24);
  }
  const tail = head + words.length * 4;
  for (let index = 0; index < head; index++) if (bytes[index] === byte) count++;
  for (let index = tail; index < bytes.length; index++)
    if (bytes[index] === byte) count++;
  return count;
}
