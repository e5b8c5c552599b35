import { describe, expect, test } from 'vitest';
import type { Archive } from '../../src/pg-dump/archive.ts';
import { columnsOf } from '../../src/pg-dump/columns.ts';
import { ArchiveCorrupt } from '../../src/pg-dump/parse-archive.ts';
import { digestsOf, fixture, fixtures, flipped, parsed, verdictOn } from './samples.ts';
import { blocksOf, type Part, partsOf, singleBlocksOf } from './structure.ts';

const seekable = ['1.14-gzip', '1.16-gzip', '1.16-lz4', '1.16-zstd', '1.16-none'];
const piped = ['1.14-gzip-piped', '1.16-lz4-piped', '1.16-zstd-piped', '1.16-none-piped'];
const withData = fixtures.filter((name) => !name.includes('schema'));

/** Each place of those that has another verdict than it should. */
async function surprises(
  places: Iterable<number>,
  damage: (at: number) => Buffer,
  expected: RegExp,
  archive?: Archive,
): Promise<string[]> {
  const found: string[] = [];
  for (const at of places) {
    const verdict = await verdictOn(damage(at), archive);
    if (!expected.test(verdict)) found.push(`${at}: ${verdict}`);
  }
  return found;
}

const bytesOf = (parts: readonly Part[], ...kinds: Part['kind'][]) =>
  parts
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ at, bytes }) => Array.from({ length: bytes }, (_, index) => at + index));

describe('an archive that is cut off', () => {
  test.each(withData)('anywhere in %s is truncated', async (name) => {
    const bytes = fixture(name);
    const places = new Set<number>();
    const parts = partsOf(bytes);
    const step = Math.ceil(parts.length / 60);
    for (const { at, bytes: length } of parts.filter((_, index) => index % step === 0)) {
      for (const place of [at, at + 1, at + length - 1]) places.add(place);
    }
    for (let part = 1; part < 40; part++) {
      places.add(5 + Math.floor(((bytes.length - 5) * part) / 40));
    }
    places.delete(bytes.length);
    const cut = (at: number) => bytes.subarray(0, at);
    expect(await surprises(places, cut, /^ArchiveTruncated$/)).toEqual([]);
  });
});

describe('a flipped bit', () => {
  const every = [0, 1, 4, 7];

  test.each([...seekable, '1.16-zstd-piped'])(
    'in what stands around the data of %s is found',
    async (name) => {
      for (const { bytes, archive } of singleBlocksOf(fixture(name))) {
        const places = bytesOf(partsOf(bytes, 0), 'type', 'id', 'length');
        for (const bit of every) {
          const damage = (at: number) => flipped(bytes, at, bit);
          // A shorter chunk may seem to be the last one.
          const expected = /^Archive(Corrupt|Truncated|TrailingData)$/;
          expect(await surprises(places, damage, expected, archive)).toEqual([]);
        }
      }
    },
  );

  test.each(['1.14-gzip', '1.16-gzip', '1.14-rows-per-insert'])(
    'in what gzip packed is found, everywhere in %s',
    async (name) => {
      for (const { bytes, archive } of singleBlocksOf(fixture(name))) {
        const whole = await digestsOf(bytes, { archive });
        for (const at of bytesOf(partsOf(bytes, 0), 'payload')) {
          const damaged = flipped(bytes, at, at % 8);
          const verdict = await verdictOn(damaged, archive);
          if (verdict === 'ArchiveCorrupt') continue;
          // The last byte in front of the checksum has bits that mean nothing.
          expect(await digestsOf(damaged, { archive })).toEqual(whole);
        }
      }
    },
  );

  test.each(['1.16-lz4', '1.16-zstd'])(
    'in what was packed without a checksum is no other error in %s',
    async (name) => {
      for (const { bytes, archive } of singleBlocksOf(fixture(name))) {
        const places = bytesOf(partsOf(bytes, 0), 'payload');
        const damage = (at: number) => flipped(bytes, at, at % 8);
        const expected = /^(ArchiveCorrupt|whole)$/;
        expect(await surprises(places, damage, expected, archive)).toEqual([]);
      }
    },
  );

  test('in text is found where it breaks a character, a row or a column', async () => {
    for (const { bytes, archive } of singleBlocksOf(fixture('1.16-none'))) {
      const entry = archive.entries.find(({ hasData }) => hasData);
      if (entry?.kind === 'BLOBS') continue;
      const places = bytesOf(partsOf(bytes, 0), 'payload');
      // Of 7-bit text the highest bit makes the beginning of a character, alone.
      const broken = (at: number) => flipped(bytes, at, 7);
      expect(await surprises(places, broken, /^ArchiveCorrupt$/, archive)).toEqual([]);
      // Of a table with one column, two rows that became one are a row.
      if (columnsOf(entry?.copyStatement ?? null) === 1) continue;
      const separators = places.filter((at) => bytes[at] === 0x09 || bytes[at] === 0x0a);
      const joined = (at: number) => flipped(bytes, at, 1);
      expect(await surprises(separators, joined, /^ArchiveCorrupt$/, archive)).toEqual(
        [],
      );
    }
  });

  test.each(seekable)('in the numbers at the head of %s is found', async (name) => {
    const bytes = fixture(name);
    const codecBytes = name.startsWith('1.14') ? [] : [11];
    // Magic word, version, the size of numbers, format, codec.
    const places = [0, 1, 2, 3, 4, 5, 8, 9, 10, ...codecBytes];
    for (const bit of every) {
      const damage = (at: number) => flipped(bytes, at, bit);
      expect(await surprises(places, damage, /^(?!whole)/)).toEqual([]);
    }
  });

  test.each(seekable)(
    'in the place of a block in the contents of %s is found',
    async (name) => {
      const bytes = fixture(name);
      for (const { dataOffset } of parsed(bytes).entries) {
        if (dataOffset === null) continue;
        const number = Buffer.alloc(9, 2);
        number.writeBigUInt64LE(BigInt(dataOffset), 1);
        number[0] = 2;
        const at = bytes.indexOf(number);
        expect(at).toBeGreaterThan(0);
        const places = Array.from({ length: 8 }, (_, index) => at + 1 + index);
        for (const bit of every) {
          const damage = (place: number) => flipped(bytes, place, bit);
          expect(await surprises(places, damage, /^ArchiveCorrupt$/)).toEqual([]);
        }
      }
    },
  );

  test.each(['1.14-none', '1.16-none-piped'])(
    'anywhere in the contents of %s is no other error',
    async (name) => {
      const bytes = fixture(name);
      const { dataStartsAt } = parsed(bytes);
      const places = Array.from({ length: dataStartsAt / 11 }, (_, index) => index * 11);
      const damage = (at: number) => flipped(bytes, at, at % 8);
      expect(await surprises(places, damage, /./)).toEqual([]);
    },
  );
});

describe('a block', () => {
  const assembled = (name: string, order: (blocks: Buffer[]) => Buffer[]) => {
    const bytes = fixture(name);
    const head = bytes.subarray(0, parsed(bytes).dataStartsAt);
    return Buffer.concat([head, ...order(blocksOf(bytes))]);
  };

  test.each([...seekable, ...piped])(
    'that is dropped from %s is missed',
    async (name) => {
      const count = blocksOf(fixture(name)).length;
      for (let index = 0; index < count; index++) {
        const dropped = assembled(name, (blocks) => blocks.toSpliced(index, 1));
        const isLast = index === count - 1;
        const expected = isLast ? 'ArchiveTruncated' : 'ArchiveCorrupt';
        expect(await verdictOn(dropped), `block ${index}`).toBe(expected);
      }
    },
  );

  test.each([...seekable, ...piped])('that comes twice in %s is seen', async (name) => {
    const count = blocksOf(fixture(name)).length;
    for (let index = 0; index < count; index++) {
      const repeated = assembled(name, (blocks) =>
        blocks.toSpliced(index, 0, blocks[index] ?? Buffer.alloc(0)),
      );
      const isLast = index === count - 1;
      const expected = isLast ? 'ArchiveTrailingData' : 'ArchiveCorrupt';
      expect(await verdictOn(repeated), `block ${index}`).toBe(expected);
    }
  });

  const swap = ([first, second, ...rest]: Buffer[]) =>
    [second, first, ...rest].filter((block) => block !== undefined);

  test.each(seekable)('that stands elsewhere than %s says is seen', async (name) => {
    expect(await verdictOn(assembled(name, swap))).toBe('ArchiveCorrupt');
  });

  test.each(piped)('may stand anywhere in %s, which says nothing of it', async (name) => {
    const swapped = assembled(name, swap);
    const ids = (digests: Awaited<ReturnType<typeof digestsOf>>) =>
      digests.map(({ entry, sha256 }) => `${entry.id} ${sha256}`).toSorted();
    expect(ids(await digestsOf(swapped))).toEqual(ids(await digestsOf(fixture(name))));
  });
});

describe('what stands behind an archive', () => {
  const extras: [string, Buffer][] = [
    ['a line break', Buffer.from('\n')],
    ['the beginning of a block', Buffer.from([1])],
    ['the head of a block', Buffer.from([1, 0, 1, 0, 0, 0])],
    ['five zeros', Buffer.alloc(5)],
    ['many zeros', Buffer.alloc(5_000)],
    ['text', Buffer.from('pg_dump: warning: there are circular foreign-key constraints')],
    ['another archive', fixture('1.16-none')],
  ];

  test.each(extras)('is found: %s', async (_, extra) => {
    for (const name of withData) {
      const bytes = Buffer.concat([fixture(name), extra]);
      expect(await verdictOn(bytes), name).toBe('ArchiveTrailingData');
    }
  });

  test('is told by its place', async () => {
    const bytes = fixture('1.16-lz4');
    const longer = Buffer.concat([bytes, Buffer.from('x')]);
    const atByte = bytes.length;
    await expect(digestsOf(longer)).rejects.toMatchObject({ atByte });
  });
});

test('a fault is told by its place and its table', async () => {
  const bytes = fixture('1.16-gzip');
  const whole = await digestsOf(bytes);
  const fills = whole.find(({ entry }) => entry.tag === 'fills');
  const at = (fills?.startsAt ?? 0) + 30;
  const decode = digestsOf(flipped(bytes, at));
  await expect(decode).rejects.toThrow(ArchiveCorrupt);
  await expect(decode).rejects.toThrow(/^the data of audit\.fills cannot be decoded: .+/);
});

test('the archive of a schema alone may neither be cut off nor go on', async () => {
  const bytes = fixture('1.16-schema-only');
  expect(await verdictOn(bytes)).toBe('whole');
  expect(await verdictOn(bytes.subarray(0, -1))).toBe('ArchiveTruncated');
  expect(await verdictOn(Buffer.concat([bytes, Buffer.alloc(1)]))).toBe(
    'ArchiveTrailingData',
  );
});
