import { describe, expect, test } from 'vitest';
import { ByteStream } from '../../src/pg-dump/byte-stream.ts';
import { readChunks, readInt } from '../../src/pg-dump/chunks.ts';
import { ArchiveCorrupt, ArchiveTruncated } from '../../src/pg-dump/parse-archive.ts';
import { allOf, piecesOf } from './samples.ts';

async function* these(...pieces: (string | Uint8Array)[]) {
  for (const piece of pieces) yield Buffer.from(piece);
}

const textOf = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString();

describe('a stream of bytes', () => {
  test('is read in other pieces than it comes in', async () => {
    const stream = new ByteStream(these('ab', '', 'c', 'defgh', ''), 100);
    expect(textOf(stream.takeAtHand(1))).toBeNull();
    expect(textOf(await stream.take(1))).toBe('a');
    expect(textOf(stream.takeAtHand(2))).toBeNull();
    expect(textOf(stream.takeAtHand(1))).toBe('b');
    expect(textOf(await stream.take(3))).toBe('cde');
    expect(stream.at).toBe(105);
    expect(textOf(await stream.takeSome(2))).toBe('fg');
    expect(textOf(await stream.takeSome(99))).toBe('h');
    expect(await stream.takeSome(1)).toBeNull();
    expect(await stream.take(1)).toBeNull();
    expect(stream.at).toBe(108);
  });

  test('knows where it has come to its end', async () => {
    const stream = new ByteStream(these('abc', 'd'), 0);
    expect(await stream.take(5)).toBeNull();
    expect(stream.at).toBe(4);
    const empty = new ByteStream(these(), 7);
    expect(await empty.take(1)).toBeNull();
    expect(textOf(await empty.take(0))).toBe('');
    expect(empty.at).toBe(7);
  });
});

function chunksOf(...chunks: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    [...chunks, ''].flatMap((chunk) => {
      const length = Buffer.alloc(5);
      length.writeUInt32LE(chunk.length, 1);
      return [length, Buffer.from(chunk)];
    }),
  );
}

async function batchesOf(bytes: Buffer, pieceBytes = bytes.length): Promise<Buffer[]> {
  const stream = new ByteStream(piecesOf(bytes, pieceBytes), 0);
  const batches = await allOf(readChunks(stream, 'the data of t'));
  // What follows the block is left.
  expect(stream.at).toBeLessThanOrEqual(bytes.length);
  return batches.map((batch) => Buffer.from(batch));
}

describe('the chunks of a block', () => {
  test.each([
    ['no chunk', []],
    ['a chunk', ['hello']],
    ['many small ones', Array.from({ length: 20_000 }, (_, n) => `row ${n}\n`)],
    ['a large one', [Buffer.alloc(3_000_000, 'abc')]],
    [
      'all sizes',
      ['a', Buffer.alloc(600_000, 'b'), 'c', Buffer.alloc(262_144, 'd'), 'e'],
    ],
  ])('with %s are joined', async (_, chunks) => {
    const expected = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
    const bytes = chunksOf(...chunks);
    for (const pieceBytes of [3, 1_000, 65_536, bytes.length]) {
      const batches = await batchesOf(bytes, pieceBytes);
      expect(Buffer.concat(batches).equals(expected)).toBe(true);
      // However large a chunk is, only so much is in memory at a time.
      expect(Math.max(0, ...batches.map(({ length }) => length))).toBeLessThan(300_000);
      for (const { length } of batches) expect(length).toBeGreaterThan(0);
    }
  });

  test('are not read beyond their end', async () => {
    const bytes = Buffer.concat([chunksOf('hello'), Buffer.from('next')]);
    const stream = new ByteStream(piecesOf(bytes), 1_000);
    await allOf(readChunks(stream, 'the data of t'));
    expect(stream.at).toBe(1_000 + bytes.length - 4);
    expect(textOf(await stream.take(4))).toBe('next');
  });

  test('that end too early say where', async () => {
    const bytes = chunksOf('hello', 'world');
    for (let length = 0; length < bytes.length; length++) {
      const read = batchesOf(bytes.subarray(0, length));
      await expect(read).rejects.toThrow(ArchiveTruncated);
      await expect(read).rejects.toMatchObject({ atByte: length });
    }
  });

  test.each([
    ['a sign that is none', [2, 5, 0, 0, 0], /no sign/],
    ['a negative length', [1, 5, 0, 0, 0], /claims -5 bytes/],
    ['a zero with a sign', [1, 0, 0, 0, 0], /zero/],
    [
      'more bytes than pg_dump writes',
      [0, 255, 255, 255, 255],
      /claims 4294967295 bytes/,
    ],
  ])('with %s are refused', async (_, length, message) => {
    const bytes = Buffer.concat([chunksOf('hello').subarray(0, -5), Buffer.from(length)]);
    const read = batchesOf(bytes);
    await expect(read).rejects.toThrow(ArchiveCorrupt);
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toMatchObject({ atByte: 10 });
  });
});

test.each([
  [[0, 0, 0, 0, 0], 0],
  [[0, 1, 2, 3, 4], 0x04030201],
  [[1, 1, 0, 0, 0], -1],
  [[0, 255, 255, 255, 255], 4_294_967_295],
])('a number is read: %j', async (bytes, value) => {
  const stream = new ByteStream(piecesOf(Buffer.from(bytes), 2), 0);
  expect(await readInt(stream, 'it')).toBe(value);
});
