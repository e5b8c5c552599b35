import { decompressLz4Block } from './lz4-block.ts';
import { Undecodable } from './undecodable.ts';
import { xxh32 } from './xxh32.ts';

const magic = 0x184d2204;
/** The magic number, flags, the size of blocks, and a byte of their checksum. */
const headerBytes = 7;
const version1 = 0b0100_0000;
const independentBlocks = 0b0010_0000;
const blockBytesOf = new Map([
  [0x40, 64 * 1024],
  [0x50, 256 * 1024],
  [0x60, 1024 ** 2],
  [0x70, 4 * 1024 ** 2],
]);
const uncompressedBit = 0x80000000;
/** How far back a match may reach. */
const windowBytes = 64 * 1024;

/**
 * Decompresses one lz4 frame. It is strict: what the format does not allow, and options
 * that pg_dump never uses (checksums of blocks or content, sizes, dictionaries), are
 * refused. https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
export class Lz4Frame {
  readonly #emit: (text: Uint8Array) => void;
  #state: 'header' | 'blocks' | 'ended' = 'header';
  #pending: Buffer = Buffer.alloc(0);
  #isLinked = false;
  #blockBytes = 0;
  /** The window, with room for a block behind it. */
  #output: Buffer = Buffer.alloc(0);
  #windowEnd = 0;

  /** @param emit is given bytes of which it may keep nothing beyond the call */
  constructor(emit: (text: Uint8Array) => void) {
    this.#emit = emit;
  }

  write(bytes: Uint8Array): void {
    let rest = Buffer.concat([this.#pending, bytes]);
    for (;;) {
      const used = this.#state === 'header' ? this.#header(rest) : this.#block(rest);
      if (used === 0) break;
      rest = rest.subarray(used);
    }
    this.#pending = Buffer.from(rest);
  }

  end(): void {
    if (this.#state !== 'ended') throw new Undecodable('the lz4 frame has no end');
    if (this.#pending.length === 0) return;
    throw new Undecodable(`${this.#pending.length} bytes stand behind the lz4 frame`);
  }

  /** Returns how many bytes were used; none where it is not all there yet. */
  #header(bytes: Buffer): number {
    if (bytes.length < headerBytes) return 0;
    const [flags = 0, size = 0, checksum] = bytes.subarray(4);
    const blockBytes = blockBytesOf.get(size);
    const isKnown =
      bytes.readUInt32LE(0) === magic &&
      (flags & ~independentBlocks) === version1 &&
      checksum === ((xxh32(bytes.subarray(4, 6)) >>> 8) & 0xff);
    if (!isKnown || blockBytes === undefined) {
      throw new Undecodable('the lz4 frame does not begin as one of pg_dump');
    }
    this.#isLinked = (flags & independentBlocks) === 0;
    this.#blockBytes = blockBytes;
    this.#output = Buffer.alloc(windowBytes + blockBytes);
    this.#state = 'blocks';
    return headerBytes;
  }

  #block(bytes: Buffer): number {
    if (this.#state === 'ended' || bytes.length < 4) return 0;
    const size = bytes.readUInt32LE(0);
    if (size === 0) {
      this.#state = 'ended';
      return 4;
    }
    const length = size % uncompressedBit;
    if (length > this.#blockBytes) {
      throw new Undecodable('an lz4 block is larger than its frame allows');
    }
    if (bytes.length < 4 + length) return 0;
    this.#decompress(bytes.subarray(4, 4 + length), size < uncompressedBit);
    return 4 + length;
  }

  #decompress(block: Buffer, isCompressed: boolean): void {
    const start = this.#windowEnd;
    let end = start + block.length;
    if (isCompressed) {
      const room = this.#output.subarray(0, start + this.#blockBytes);
      end = decompressLz4Block(block, room, start, this.#isLinked ? 0 : start);
    } else {
      block.copy(this.#output, start);
    }
    this.#emit(this.#output.subarray(start, end));
    const keptFrom = Math.max(0, end - windowBytes);
    this.#output.copyWithin(0, keptFrom, end);
    this.#windowEnd = end - keptFrom;
  }
}
