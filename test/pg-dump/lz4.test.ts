import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decompressLz4Block } from '../../src/pg-dump/lz4-block.ts';
import { Lz4Frame } from '../../src/pg-dump/lz4-frame.ts';
import { Undecodable } from '../../src/pg-dump/undecodable.ts';
import { xxh32 } from '../../src/pg-dump/xxh32.ts';
import { flipped } from './samples.ts';

function blockOf(...bytes: (number | string)[]): Buffer {
  const parts = bytes.map((part) =>
    typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]),
  );
  return Buffer.concat(parts);
}

function unpacked(block: Buffer, room = 1_000, before = '', reachesTo = 0): string {
  const output = Buffer.alloc(before.length + room);
  output.write(before);
  const end = decompressLz4Block(block, output, before.length, reachesTo);
  return output.toString('latin1', before.length, end);
}

describe('an lz4 block', () => {
  test.each([
    ['nothing', blockOf(0x00), ''],
    ['literals', blockOf(0x50, 'hello'), 'hello'],
    ['many literals', blockOf(0xf0, 5, 'a'.repeat(20)), 'a'.repeat(20)],
    ['very many literals', blockOf(0xf0, 255, 255, 0, 'a'.repeat(525)), 'a'.repeat(525)],
    ['a match', blockOf(0x40, 'abcd', 4, 0, 0x10, '!'), 'abcdabcd!'],
    ['a match of itself', blockOf(0x16, 'a', 1, 0, 0x10, '!'), `${'a'.repeat(11)}!`],
    ['a long match', blockOf(0x2f, 'ab', 2, 0, 255, 1, 0x00), `${'ab'.repeat(138)}a`],
    [
      'a match without literals',
      blockOf(0x40, 'abcd', 4, 0, 0x00, 8, 0, 0x00),
      'abcd'.repeat(3),
    ],
  ])('of %s', (_, block, text) => {
    expect(unpacked(block)).toBe(text);
  });

  test('reaches back to what came before it, and not further', () => {
    const block = blockOf(0x00, 6, 0, 0x10, '!');
    expect(unpacked(block, 100, 'before')).toBe('befo!');
    expect(() => unpacked(block, 100, 'fore')).toThrow(/outside/);
    expect(() => unpacked(block, 100, 'before', 1)).toThrow(/outside/);
  });

  test.each([
    ['nothing at all', blockOf()],
    ['fewer literals than it says', blockOf(0x50, 'hell')],
    ['no end of a length', blockOf(0xf0, 255)],
    ['half an offset', blockOf(0x10, 'a', 1)],
    ['no end of the length of a match', blockOf(0x1f, 'a', 1, 0, 255)],
    ['an end behind a match', blockOf(0x10, 'a', 1, 0)],
    ['an offset of zero', blockOf(0x10, 'a', 0, 0, 0x10, 'b')],
    ['an offset before its start', blockOf(0x10, 'a', 2, 0, 0x10, 'b')],
    [
      'more literals than there is room',
      blockOf(0xf0, 255, 255, 255, 255, 0, 'a'.repeat(1_035)),
    ],
    [
      'a longer match than there is room',
      blockOf(0x1f, 'a', 1, 0, 255, 255, 255, 255, 0, 0x00),
    ],
  ])('with %s is refused', (_, block) => {
    expect(() => unpacked(block)).toThrow(Undecodable);
  });

  test('of random bytes never does anything else, nor writes too far', () => {
    for (let round = 0; round < 5_000; round++) {
      const block = randomBytes(1 + (round % 40));
      const output = Buffer.alloc(300, 0xee);
      try {
        const end = decompressLz4Block(block, output.subarray(0, 200), 50, 20);
        expect(end).toBeLessThanOrEqual(200);
      } catch (error) {
        if (!(error instanceof Undecodable)) throw error;
      }
      expect(output.subarray(0, 50).every((byte) => byte === 0xee)).toBe(true);
      expect(output.subarray(200).every((byte) => byte === 0xee)).toBe(true);
    }
  });
});

/** A frame of blocks, each as it is; or of blocks that are compressed already. */
function frameOf(blocks: Buffer[], flags = 0x60, size = 0x40, mark = 0x80000000): Buffer {
  const descriptor = Buffer.from([flags, size]);
  const checksum = (xxh32(descriptor) >>> 8) & 0xff;
  const parts = blocks.flatMap((block) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(mark + block.length);
    return [length, block];
  });
  return Buffer.concat([
    Buffer.from('04224d18', 'hex'),
    descriptor,
    Buffer.from([checksum]),
    ...parts,
    Buffer.alloc(4),
  ]);
}

function readFrame(...pieces: Buffer[]): Buffer {
  const out: Buffer[] = [];
  const frame = new Lz4Frame((text) => out.push(Buffer.from(text)));
  for (const piece of pieces) frame.write(piece);
  frame.end();
  return Buffer.concat(out);
}

describe('an lz4 frame', () => {
  test('as lz4 1.9.4 writes it is read', () => {
    // printf 'hello hello hello hello hello\n' | lz4 -1 -B4 --no-frame-crc
    const written = '04224d18604082100000006f68656c6c6f20060000' + '50656c6c6f0a00000000';
    const text = readFrame(Buffer.from(written, 'hex')).toString();
    expect(text).toBe('hello hello hello hello hello\n');
  });

  test('has the checksums of its specification', () => {
    expect(xxh32(Buffer.from(''))).toBe(0x02cc5d05);
    expect(xxh32(Buffer.from('a'))).toBe(0x550d7456);
    expect(xxh32(Buffer.from('abc'))).toBe(0x32d153ff);
  });

  const blocks = [randomBytes(65_536), randomBytes(10), Buffer.from('the end')];
  const frame = frameOf(blocks);

  test('is read wherever it is cut', () => {
    const text = Buffer.concat(blocks);
    expect(readFrame(frame).equals(text)).toBe(true);
    const singly = Array.from(frame.subarray(0, 40), (_, at) =>
      frame.subarray(at, at + 1),
    );
    expect(readFrame(...singly, frame.subarray(40)).equals(text)).toBe(true);
    for (const at of [
      1,
      4,
      6,
      7,
      8,
      10,
      11,
      12,
      65_546,
      65_547,
      65_552,
      frame.length - 4,
    ]) {
      expect(readFrame(frame.subarray(0, at), frame.subarray(at)).equals(text)).toBe(
        true,
      );
    }
    expect(readFrame(frameOf([])).length).toBe(0);
  });

  test('lets a match reach into the block before only where its blocks are linked', () => {
    const linked = [blockOf(0x50, 'hello'), blockOf(0x00, 5, 0, 0x10, '!')];
    expect(readFrame(frameOf(linked, 0x40, 0x40, 0)).toString()).toBe('hellohell!');
    expect(() => readFrame(frameOf(linked, 0x60, 0x40, 0))).toThrow(/outside/);
  });

  test('without its end is refused', () => {
    const small = frameOf([Buffer.from('hello')]);
    for (let length = 0; length < small.length; length++) {
      expect(() => readFrame(small.subarray(0, length)), `${length}`).toThrow(/no end/);
    }
  });

  test.each([
    ['something behind it', Buffer.concat([frame, Buffer.from('x')])],
    ['another one behind it', Buffer.concat([frame, frame])],
    ['another magic number', flipped(frame, 0)],
    ['another version', frameOf(blocks, 0xa0)],
    ['checksums of its blocks', frameOf(blocks, 0x70)],
    ['its size', frameOf(blocks, 0x68)],
    ['a checksum', frameOf(blocks, 0x64)],
    ['a dictionary', frameOf(blocks, 0x61)],
    ['an unknown size of blocks', frameOf(blocks, 0x60, 0x30)],
    ['a flipped bit in its flags', flipped(frame, 4, 5)],
    ['a flipped bit in the size of its blocks', flipped(frame, 5, 4)],
    ['a flipped bit in its checksum', flipped(frame, 6)],
    ['a block that is too large', frameOf([randomBytes(65_537)])],
  ])('with %s is refused', (_, bytes) => {
    expect(() => readFrame(bytes)).toThrow(Undecodable);
  });
});
