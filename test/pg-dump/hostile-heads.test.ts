import { describe, expect, test } from 'vitest';
import type { Archive } from '../../src/pg-dump/archive.ts';
import {
  ArchiveCorrupt,
  ArchiveTruncated,
  NotAnArchive,
  parseArchive,
  UnsupportedArchive,
} from '../../src/pg-dump/parse-archive.ts';
import { readArchive } from '../../src/pg-dump/read-archive.ts';
import { fixture, verdictOn } from './samples.ts';

/** Numbers from 0 to 255, the same for the same seed: the generator of Lehmer. */
function bytesFrom(seed: number): (length: number) => Buffer {
  let state = seed + 1;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state >>> 8;
  };
  return (length) => Buffer.from(Array.from({ length }, next));
}

const faults = [ArchiveCorrupt, ArchiveTruncated, NotAnArchive, UnsupportedArchive];

function outcome(head: Buffer, isWhole: boolean): Archive | string | null {
  try {
    return parseArchive(head, isWhole);
  } catch (error) {
    const fault = faults.find((one) => error instanceof one);
    if (!fault) throw error;
    return fault.name;
  }
}

const header = fixture('1.16-none').subarray(0, 47);

describe('a hostile head', () => {
  test('of anything behind the magic word is refused', () => {
    for (let seed = 0; seed < 5_000; seed++) {
      const random = bytesFrom(seed)(20 + (seed % 300));
      const head = Buffer.concat([Buffer.from('PGDMP'), random]);
      expect(typeof outcome(head, true)).toBe('string');
      outcome(head, false);
    }
  });

  test('of anything behind a good header is refused', () => {
    const outcomes = new Set<unknown>();
    for (let seed = 0; seed < 5_000; seed++) {
      const random = bytesFrom(seed)(300);
      // Small numbers lead further in.
      const small = seed % 2 === 0 ? random : random.map((byte) => byte & 1);
      outcomes.add(outcome(Buffer.concat([header, small]), true));
    }
    for (const one of outcomes) {
      // A few zeros may well be a table of contents, in which there is nothing.
      if (typeof one === 'object') expect(one).toMatchObject({ entries: [] });
    }
    expect(outcomes).toContain('ArchiveCorrupt');
  });

  test('with many bytes exchanged never ends in another error', async () => {
    const bytes = fixture('1.16-none-piped');
    for (let seed = 0; seed < 1_000; seed++) {
      const copy = Buffer.from(bytes);
      const random = bytesFrom(seed);
      for (let count = 0; count <= seed % 5; count++) {
        const [high = 0, low = 0, byte = 0] = random(3);
        copy[(high * 256 + low) % copy.length] = byte;
      }
      // Throws whatever is no fault of an archive.
      await verdictOn(copy);
    }
  });

  const int = (value: number) => {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt32LE(value, 1);
    return bytes;
  };
  const text = (value: string) => Buffer.concat([int(value.length), Buffer.from(value)]);
  const upToCount = Buffer.concat([
    Buffer.from('PGDMP\x01\x10\x00\x04\x08\x01\x00', 'latin1'),
    ...[0, 0, 0, 1, 0, 126, 0].map(int),
    ...['db', '18.1', '18.1'].map(text),
  ]);

  test('that claims to have the most entries takes no room for them', () => {
    const head = Buffer.concat([upToCount, int(0xffff_ffff)]);
    expect(outcome(head, true)).toBe('ArchiveTruncated');
    expect(outcome(head, false)).toBeNull();
  });

  test('that claims a text of a gigabyte is refused, however much is there', () => {
    const head = Buffer.concat([upToCount, int(1), int(7), int(0), int(2 ** 30)]);
    expect(outcome(head, true)).toBe('ArchiveCorrupt');
    expect(outcome(head, false)).toBe('ArchiveCorrupt');
  });

  test('that never ends is not read for ever', async () => {
    // Entries without end, in a file that claims to be of any size.
    const entry = (id: number) =>
      Buffer.concat([
        ...[id, 0].map(int),
        ...['0', '0', 'v', 'VIEW'].map(text),
        int(2),
        ...['x'.repeat(60_000_000), '', '', 'public', '', ''].map(text),
        int(118),
        ...['postgres', 'false'].map(text),
        Buffer.from([1, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0]),
      ]);
    const one = entry(1);
    const start = Buffer.concat([upToCount, int(1_000_000)]);
    let readBytes = 0;
    const source = {
      sizeBytes: 10 * 1024 ** 3,
      read: async (offset: number, length: number) => {
        readBytes += length;
        expect(offset).toBe(0);
        const bytes = Buffer.alloc(length);
        start.copy(bytes);
        let at = start.length;
        for (let id = 1; at < length; id++) {
          one.copy(bytes, at);
          if (at + 5 < length) bytes.writeUInt32LE(id, at + 1);
          at += one.length;
        }
        return bytes;
      },
    };
    const signal = AbortSignal.timeout(20_000);
    await expect(readArchive(source, signal)).rejects.toThrow(/no end/);
    expect(readBytes).toBeLessThan(1024 ** 3);
  });
});
