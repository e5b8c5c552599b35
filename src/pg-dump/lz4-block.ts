import { Undecodable } from './undecodable.ts';

const minMatch = 4;

/**
 * Decompresses one lz4 block behind what came out before it, to which its matches may reach
 * back. Returns where it ends. Throws `Undecodable` for whatever the format does not allow.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 *
 * @param output with room behind `startsAt`
 * @param reachesTo the first byte of `output` that a match may refer to
 */
export function decompressLz4Block(
  input: Uint8Array,
  output: Uint8Array,
  startsAt: number,
  reachesTo: number,
): number {
  const end = input.length;
  let from = 0;
  let to = startsAt;

  /** A length of 15 goes on in the bytes behind it, as long as these are 255. */
  function lengthFrom(start: number): number {
    let length = start;
    if (start !== 15) return length;
    for (;;) {
      if (from >= end) throw new Undecodable('an lz4 block ends within a length');
      const more = input[from++] ?? 0;
      length += more;
      if (more !== 255) return length;
    }
  }

  for (;;) {
    if (from >= end) throw new Undecodable('an lz4 block ends without its last literals');
    const token = input[from++] ?? 0;
    const literals = lengthFrom(token >> 4);
    if (from + literals > end || to + literals > output.length) {
      throw new Undecodable('the literals of an lz4 block are longer than there is room');
    }
    if (literals > 32) output.set(input.subarray(from, from + literals), to);
    else for (let i = 0; i < literals; i++) output[to + i] = input[from + i] ?? 0;
    from += literals;
    to += literals;
    if (from === end) return to;
    if (from + 2 > end) throw new Undecodable('an lz4 block ends within an offset');
    const distance = (input[from] ?? 0) | ((input[from + 1] ?? 0) << 8);
    from += 2;
    const length = lengthFrom(token & 15) + minMatch;
    const match = to - distance;
    if (distance === 0 || match < reachesTo || to + length > output.length) {
      throw new Undecodable('a match of an lz4 block reaches outside of it');
    }
    // A match may overlap what it makes, so it is copied from its start on.
    if (distance >= length && length > 32) output.copyWithin(to, match, match + length);
    else for (let i = 0; i < length; i++) output[to + i] = output[match + i] ?? 0;
    to += length;
  }
}
