import { describe, expect, test } from 'vitest';
import { judgeTail, type Tail } from '../../src/pg-dump/tail.ts';
import { fixture, fixtures, parsed } from './samples.ts';
import { partsOf } from './structure.ts';

const tailBytes = 4096;

/** What the last bytes of a file tell, whose head is that of a fixture. */
function tailOf(name: string, file: Buffer, length = tailBytes): Tail {
  const tail = file.subarray(Math.max(0, file.length - length));
  return judgeTail(parsed(fixture(name)), tail, file.length);
}

const withData = fixtures.filter((name) => !name.includes('schema'));

describe('the end of an archive', () => {
  test.each(fixtures)('that is whole is known: %s', (name) => {
    const bytes = fixture(name);
    expect(tailOf(name, bytes)).toBe('whole');
    expect(tailOf(name, bytes, bytes.length)).toBe('whole');
    expect(tailOf(name, bytes, 64)).toBe('whole');
  });

  /** The last large object ends with 64 zeros: so near to its end a cut may not be seen. */
  const unseenBytes: Record<string, number> = { none: 64, lz4: 5 };

  test.each(withData)('that was cut off is known: %s', (name) => {
    const bytes = fixture(name);
    const archive = parsed(bytes);
    const hasObjects = archive.entries.some(({ kind }) => kind === 'BLOBS');
    const unseen = hasObjects ? (unseenBytes[archive.header.codec] ?? 0) : 0;
    const unlike: string[] = [];
    for (let end = 0; end < bytes.length - unseen; end++) {
      const tail = bytes.subarray(Math.max(0, end - 512), end);
      const judged = judgeTail(archive, tail, end);
      if (judged !== 'cut') unlike.push(`${end}: ${judged}`);
    }
    expect(unlike).toEqual([]);
  });

  test('that was cut off between two blocks is known where their places are', () => {
    const bytes = fixture('1.16-partitions');
    const second = partsOf(bytes).find(
      ({ kind, block }) => kind === 'type' && block === 1,
    );
    const cut = bytes.subarray(0, second?.at);
    expect(cut.subarray(-5)).toEqual(Buffer.alloc(5));
    expect(tailOf('1.16-partitions', cut)).toBe('cut');
  });

  // Among uncompressed large objects zeros are nothing special.
  const holdsZeros = (name: string) => {
    const { header, entries } = parsed(fixture(name));
    return header.codec === 'none' && entries.some(({ kind }) => kind === 'BLOBS');
  };
  const telling = withData.filter((name) => !holdsZeros(name));

  test.each(telling)('that goes on is known: %s', (name) => {
    for (const extra of ['\n', 'x'.repeat(200), 'garbage\n'.repeat(400)]) {
      const file = Buffer.concat([fixture(name), Buffer.from(extra)]);
      expect(tailOf(name, file)).toBe('goes-on');
    }
  });

  test.each(telling)('that is full of zeros is known: %s', (name) => {
    const bytes = fixture(name);
    const { dataStartsAt } = parsed(bytes);
    for (const from of [dataStartsAt + 10, bytes.length - 50, bytes.length]) {
      const file = Buffer.concat([bytes.subarray(0, from), Buffer.alloc(5_000)]);
      expect(tailOf(name, file)).toBe('zero-filled');
    }
  });

  test('of an archive without data is where its contents end', () => {
    const bytes = fixture('1.16-schema-only');
    expect(tailOf('1.16-schema-only', bytes)).toBe('whole');
    expect(tailOf('1.16-schema-only', bytes.subarray(0, -1))).toBe('cut');
    expect(tailOf('1.16-schema-only', Buffer.concat([bytes, Buffer.alloc(1)]))).toBe(
      'goes-on',
    );
  });

  test('of an archive of very many tables is known', () => {
    const archive = parsed(fixture('1.16-gzip'));
    const [entry] = archive.entries.filter(({ hasData }) => hasData);
    if (!entry) throw new Error('There is no entry with data.');
    const entries = Array.from({ length: 300_000 }, () => entry);
    const tail = Buffer.alloc(100, 1).fill(0, 95);
    expect(judgeTail({ ...archive, entries }, tail, 1_000_000)).toBe('whole');
  });
});
