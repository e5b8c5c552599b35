import { describe, expect, test } from 'vitest';
import {
  ArchiveCorrupt,
  ArchiveTruncated,
  NotAnArchive,
  parseArchive,
  UnsupportedArchive,
} from '../../src/pg-dump/parse-archive.ts';
import { readArchive } from '../../src/pg-dump/read-archive.ts';
import { fixture, fixtures, flipped, parsed } from './samples.ts';

const signal = AbortSignal.timeout(20_000);

function sourceOf(bytes: Buffer) {
  const reads: number[] = [];
  return {
    sizeBytes: bytes.length,
    reads,
    read: async (offset: number, length: number) => {
      reads.push(length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

describe('an archive', () => {
  test.each(fixtures)('%s has the header and the entries that pg_dump wrote', (name) => {
    const { header, entries } = parsed(fixture(name));
    const [version, codec] = name.split('-');
    expect(header.version).toBe(version);
    expect(header.serverVersion).toMatch(/^15\.\d+/);
    expect(header.dumpVersion).toMatch(
      { '1.14': /^15\./, '1.15': /^16\./, '1.16': /^18\./ }[version ?? ''] ?? /never/,
    );
    expect(header.createdAtLocal.getUTCFullYear()).toBeGreaterThan(2024);
    if (['none', 'gzip', 'lz4', 'zstd'].includes(codec ?? '')) {
      expect(header.codec).toBe(codec);
    }
    expect(entries.map(({ kind }) => kind)).toContain('ENCODING');
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  });

  test('has names as they are, and no more than it says', () => {
    const { header, entries } = parsed(fixture('1.16-zstd'));
    expect(header.database).toBe('fixture');
    const of = (kind: string, tag: string) =>
      entries.find((entry) => entry.kind === kind && entry.tag === tag);
    expect(of('TABLE DATA', 'Odd "name", (really)')).toMatchObject({
      namespace: 'public',
      owner: 'postgres',
      section: 'data',
      hasData: true,
      copyStatement: 'COPY public."Odd ""name"", (really)" ("a, b", "c)d") FROM stdin;\n',
    });
    expect(of('TABLE', 'naïve')).toMatchObject({ section: 'pre-data', hasData: false });
    const key = of('FK CONSTRAINT', 'fills fills_trade_fkey');
    expect(key).toMatchObject({ section: 'post-data', namespace: 'audit' });
    expect(key?.dependencies).toContain(of('TABLE', 'trades')?.id);
    expect(of('SCHEMA', 'audit')).toMatchObject({ namespace: null, dataOffset: null });
  });

  test('knows where its blocks begin, unless it was written to a pipe', () => {
    const offsets = (name: string) =>
      parsed(fixture(name))
        .entries.filter(({ hasData }) => hasData)
        .map(({ dataOffset }) => dataOffset);
    for (const name of fixtures.filter((one) => !one.includes('schema-only'))) {
      expect(offsets(name).length).toBeGreaterThan(0);
      const isNull = offsets(name).every((offset) => offset === null);
      expect(isNull, name).toBe(name.includes('piped'));
    }
    expect(Math.min(...offsets('1.16-gzip').map(Number))).toBe(
      parsed(fixture('1.16-gzip')).dataStartsAt,
    );
  });

  test('of which only the beginning is there needs more, and was cut off if that is all', () => {
    const bytes = fixture('1.16-gzip');
    const { dataStartsAt } = parsed(bytes);
    for (let length = 0; length < dataStartsAt; length += length < 64 ? 1 : 7) {
      const head = bytes.subarray(0, length);
      expect(parseArchive(head, false), String(length)).toBeNull();
      const expected = length < 5 ? NotAnArchive : ArchiveTruncated;
      expect(() => parseArchive(head, true), String(length)).toThrow(expected);
    }
    expect(parseArchive(bytes.subarray(0, dataStartsAt), false)).toEqual(parsed(bytes));
  });
});

describe('a header', () => {
  const bytes = fixture('1.16-none');
  const changed = (at: number, ...values: number[]) => {
    const copy = Buffer.from(bytes);
    copy.set(values, at);
    return copy;
  };

  test.each([
    ['of a newer version', changed(6, 17), UnsupportedArchive, /1\.17.*newest.*1\.16/],
    ['of a newer major version', changed(5, 2, 0), UnsupportedArchive, /2\.0/],
    ['of an older version', changed(6, 13), UnsupportedArchive, /1\.13.*before/],
    ['of integers of no size', changed(8, 0), ArchiveCorrupt, /numbers/],
    ['of offsets of no size', changed(9, 3), ArchiveCorrupt, /numbers/],
    ['of a tar file', changed(10, 3), NotAnArchive, /format tar/],
    ['of a directory', changed(10, 5), NotAnArchive, /format directory/],
    ['of an unknown format', changed(10, 9), NotAnArchive, /of number 9/],
    ['of an unknown codec', changed(11, 4), ArchiveCorrupt, /compression/],
    ['of a month that is none', changed(12 + 4 * 5 + 1, 12), ArchiveCorrupt, /time/],
    ['of a negative hour', changed(12 + 2 * 5, 1, 3), ArchiveCorrupt, /time/],
  ])('%s is refused', (_, damaged, expected, message) => {
    expect(() => parseArchive(damaged, true)).toThrow(expected);
    expect(() => parseArchive(damaged, true)).toThrow(message);
  });

  test('of any revision is read', () => {
    expect(parseArchive(changed(7, 9), true)).toEqual(parsed(bytes));
  });
});

describe('an entry', () => {
  const bytes = fixture('1.16-none');
  const { dataStartsAt, entries } = parsed(bytes);
  const offset = entries.find(({ dataOffset }) => dataOffset !== null)?.dataOffset ?? 0;
  const place = Buffer.alloc(9, 2);
  place.writeBigUInt64LE(BigInt(offset), 1);
  const placed = (flag: number, dataOffset: bigint) => {
    const copy = Buffer.from(bytes);
    const at = copy.indexOf(place);
    copy[at] = flag;
    copy.writeBigUInt64LE(dataOffset, at + 1);
    return copy;
  };

  test.each([
    ['within the contents', placed(2, BigInt(dataStartsAt - 1)), /within the table/],
    ['further than a number reaches', placed(2, 2n ** 60n), /larger than any/],
    ['of an unknown flag', placed(4, BigInt(offset)), /flag/],
    ['of no flag', placed(0, BigInt(offset)), /flag/],
  ])('with data in a place %s is refused', (_, damaged, message) => {
    expect(() => parsed(damaged)).toThrow(ArchiveCorrupt);
    expect(() => parsed(damaged)).toThrow(message);
  });

  test('without a place for its data may have it anywhere', () => {
    const { entries: unplaced } = parsed(placed(1, 0n));
    expect(unplaced.filter(({ hasData }) => hasData)).toHaveLength(
      entries.filter(({ hasData }) => hasData).length,
    );
    expect(unplaced.filter(({ dataOffset }) => dataOffset === offset)).toEqual([]);
  });
});

test('a negative number of entries is refused', () => {
  const bytes = Buffer.from(fixture('1.16-none'));
  const count = Buffer.alloc(5);
  count.writeUInt32LE(parsed(bytes).entries.length, 1);
  bytes[bytes.indexOf(count)] = 1;
  expect(() => parsed(bytes)).toThrow(/has -\d+ entries/);
});

test('two entries of one number are refused', () => {
  const bytes = fixture('1.16-none');
  const [, second, third] = parsed(bytes).entries;
  // The number of an entry stands behind its sign, in front of whether it has data.
  const numberOf = (id = 0) => bytes.indexOf(Buffer.from([0, id, id >> 8, 0, 0, 0, 0]));
  const at = numberOf(third?.id) + 1;
  expect(at).toBeGreaterThan(1);
  const copy = Buffer.from(bytes);
  copy.writeUInt16LE(second?.id ?? 0, at);
  expect(() => parsed(copy)).toThrow(ArchiveCorrupt);
});

test('no flipped bit of the head escapes as another error', () => {
  const bytes = fixture('1.16-gzip');
  const { dataStartsAt } = parsed(bytes);
  const known = [ArchiveCorrupt, ArchiveTruncated, NotAnArchive, UnsupportedArchive];
  for (let at = 0; at < dataStartsAt; at++) {
    try {
      parseArchive(flipped(bytes, at, at % 8), true);
    } catch (error) {
      expect(known.some((fault) => error instanceof fault)).toBe(true);
    }
  }
});

describe('the table of contents', () => {
  test('is read in pieces that grow', async () => {
    const small = sourceOf(fixture('1.16-gzip'));
    await readArchive(small, signal);
    expect(small.reads).toEqual([fixture('1.16-gzip').length]);
    const bytes = withLongDefinition(200_000);
    const large = sourceOf(Buffer.concat([bytes, Buffer.alloc(3_000_000, 1)]));
    const archive = await readArchive(large, signal);
    expect(large.reads).toEqual([64 * 1024, 256 * 1024]);
    expect(archive.entries).toHaveLength(1);
  });

  test.each([
    ['nothing', 0, NotAnArchive],
    ['three bytes', 3, NotAnArchive],
    ['a part of the header', 20, ArchiveTruncated],
    ['a part of itself', 2_000, ArchiveTruncated],
  ])('of a file of %s is refused', async (_, length, expected) => {
    const source = sourceOf(fixture('1.16-gzip').subarray(0, length));
    await expect(readArchive(source, signal)).rejects.toThrow(expected);
  });
});

/** A head with one entry, whose definition has so many bytes. */
function withLongDefinition(length: number): Buffer {
  const int = (value: number) => {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt8(value < 0 ? 1 : 0);
    bytes.writeUInt32LE(Math.abs(value), 1);
    return bytes;
  };
  const text = (value: string | null) =>
    value === null ? int(-1) : Buffer.concat([int(value.length), Buffer.from(value)]);
  return Buffer.concat([
    Buffer.from('PGDMP\x01\x10\x00\x04\x08\x01\x00', 'latin1'),
    ...[0, 0, 0, 1, 0, 126, 0].map(int),
    ...['db', '18.1', '18.1'].map(text),
    ...[1, 7, 0].map(int),
    ...['0', '0', 'v', 'VIEW'].map(text),
    int(2),
    ...['x'.repeat(length), null, null, 'public', null, null].map(text),
    int(118),
    ...['postgres', 'false', null].map(text),
    Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);
}
