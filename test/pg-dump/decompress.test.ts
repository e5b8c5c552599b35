import { randomBytes } from 'node:crypto';
import { deflateSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decompressor } from '../../src/pg-dump/decompress.ts';
import { Undecodable } from '../../src/pg-dump/undecodable.ts';
import { allOf, flipped, piecesOf } from './samples.ts';

const compressors = { gzip: deflateSync, zstd: zstdCompressSync };
const codecs = ['gzip', 'zstd'] as const;
type Zlib = (typeof codecs)[number];

const line = '4711\t2026-11-24 12:00:00+00\t1.25\tžluťoučký kůň\n';
const short = Buffer.from(line.repeat(20));
/** More than one piece, in and out. */
const long = Buffer.concat([randomBytes(400_000), Buffer.from(line.repeat(20_000))]);

async function unpacked(codec: Zlib, ...pieces: Uint8Array[]): Promise<Buffer> {
  const out: Buffer[] = [];
  const decompress = decompressor(codec, (text) => out.push(Buffer.from(text)));
  try {
    for (const piece of pieces) await decompress.write(piece);
    await decompress.end();
  } finally {
    decompress.destroy();
  }
  return Buffer.concat(out);
}

const pieces = (bytes: Buffer, length: number) => allOf(piecesOf(bytes, length));

describe.each(codecs)('%s', (codec) => {
  test.each([
    ['nothing', Buffer.alloc(0), [1]],
    ['a few lines', short, [1, 7, 1_000_000]],
    ['much that cannot be made smaller', randomBytes(600_000), [10_000, 1_000_000]],
    ['much', long, [999, 300_000, 1_000_000]],
    ['what becomes much larger', Buffer.alloc(30_000_000, line), [1_000, 1_000_000]],
  ])('gives back %s, in any pieces', async (_, text, lengths) => {
    const packed = compressors[codec](text);
    for (const length of lengths) {
      const back = await unpacked(codec, ...(await pieces(packed, length)));
      expect(back.equals(text), `pieces of ${length}`).toBe(true);
    }
  });

  test('that has no end is refused, wherever it stops', async () => {
    const packed = compressors[codec](short);
    for (let length = 0; length < packed.length; length++) {
      const cut = packed.subarray(0, length);
      await expect(unpacked(codec, cut), `${length}`).rejects.toThrow(Undecodable);
      const [one, two] = [cut.subarray(0, length / 2), cut.subarray(length / 2)];
      await expect(unpacked(codec, one, two)).rejects.toThrow(Undecodable);
    }
    await expect(unpacked(codec)).rejects.toThrow(Undecodable);
  });

  test('of much that has no end is refused', async () => {
    const packed = compressors[codec](long);
    for (const missing of [1, 2, 4, 5, 1_000, 300_000]) {
      const cut = await pieces(packed.subarray(0, packed.length - missing), 100_000);
      await expect(unpacked(codec, ...cut)).rejects.toThrow(Undecodable);
    }
  });

  test.each([
    ['a zero', Buffer.alloc(1)],
    ['a few bytes', Buffer.from('xyz')],
    ['many bytes', Buffer.alloc(400_000, 'x')],
  ])('is refused where %s follow', async (_, rest) => {
    for (const text of [short, long]) {
      const packed = compressors[codec](text);
      const joined = Buffer.concat([packed, rest]);
      await expect(unpacked(codec, joined)).rejects.toThrow(Undecodable);
      await expect(unpacked(codec, packed, rest)).rejects.toThrow(Undecodable);
      await expect(
        unpacked(
          codec,
          joined.subarray(0, -rest.length - 1),
          joined.subarray(-rest.length - 1),
        ),
      ).rejects.toThrow(Undecodable);
      await expect(unpacked(codec, packed, rest, rest)).rejects.toThrow(Undecodable);
    }
  });

  test('is refused for a fault in its middle, whatever else is written', async () => {
    const packed = compressors[codec](long);
    const damaged = await pieces(flipped(packed, 3), 100_000);
    await expect(unpacked(codec, ...damaged)).rejects.toThrow(Undecodable);
    const decompress = decompressor(codec, () => {});
    await expect(decompress.write(Buffer.alloc(100_000, 'x'))).rejects.toThrow(
      Undecodable,
    );
    await expect(decompress.write(packed)).rejects.toThrow(Undecodable);
    await expect(decompress.end()).rejects.toThrow(Undecodable);
    decompress.destroy();
  });

  test('may be left at any time', async () => {
    const packed = compressors[codec](long);
    for (const bytes of [Buffer.alloc(0), packed.subarray(0, 10), packed]) {
      const decompress = decompressor(codec, () => {});
      await decompress.write(bytes);
      decompress.destroy();
      decompress.destroy();
    }
  });

  test('does not run ahead of what takes its text', async () => {
    const packed = compressors[codec](Buffer.alloc(64 * 1024 ** 2, line));
    let largest = 0;
    const decompress = decompressor(codec, (text) => {
      largest = Math.max(largest, text.length);
    });
    for (const piece of await pieces(packed, 64 * 1024)) await decompress.write(piece);
    await decompress.end();
    expect(largest).toBeLessThanOrEqual(4 * 1024 ** 2);
  });
});

test('gzip tells a fault in its text by the checksum', async () => {
  // Stored as it is, so that nothing else could tell.
  const packed = deflateSync(short, { level: 0 });
  const damaged = flipped(packed, Math.floor(packed.length / 2));
  await expect(unpacked('gzip', damaged)).rejects.toThrow(Undecodable);
});
