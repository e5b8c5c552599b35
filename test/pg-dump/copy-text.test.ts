import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/pg-dump/columns.ts';
import { CopyText, type CopyTextOptions } from '../../src/pg-dump/copy-text.ts';
import { countByte } from '../../src/pg-dump/count-byte.ts';
import { InsertText } from '../../src/pg-dump/insert-text.ts';
import { addRowHashes, RowHash } from '../../src/pg-dump/row-hash.ts';

const end = '\\.\n\n\n';

function copyOf(pieces: (string | Uint8Array)[], options: Partial<CopyTextOptions> = {}) {
  const text = new CopyText({
    columns: null,
    isUtf8: true,
    isSuspicious: true,
    wantsRowHash: true,
    ...options,
  });
  for (const piece of pieces) text.update(Buffer.from(piece));
  return text.end();
}

/** Every way to cut bytes in two, and into single ones. */
function* cuts(bytes: Buffer): Generator<Buffer[]> {
  for (let at = 0; at <= bytes.length; at++) {
    yield [bytes.subarray(0, at), bytes.subarray(at)];
  }
  yield Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

describe('the text of COPY', () => {
  test.each([
    ['no rows', '', 2, 0],
    ['rows', '1\ta\n2\tb\n', 2, 2],
    ['rows without columns', '\n\n\n', 0, 3],
    ['escaped line breaks', '1\ta\\nb\\r\\n\n', 2, 1],
    ['a value that looks like its end', '1\t\\\\.\n2\t\\\\.\n', 2, 2],
    ['characters of many bytes', 'ž\t€\n🐎\tý\n', 2, 2],
    ['empty values', '\t\t\n', 3, 1],
  ])('with %s is counted and hashed, wherever it is cut', (_, rows, columns, count) => {
    const sha256 = createHash('sha256').update(rows).digest('hex');
    const rowHash = new RowHash();
    rowHash.update(Buffer.from(rows));
    for (const pieces of cuts(Buffer.from(rows + end))) {
      expect(copyOf(pieces, { columns })).toEqual({
        rows: count,
        textBytes: Buffer.byteLength(rows),
        sha256,
        rowHash: rowHash.digest(),
      });
    }
  });

  test.each([
    ['without an end', '1\ta\n', {}, /no end/],
    ['with a part of its end', '1\ta\n\\.\n\n', {}, /no end/],
    ['with more than its end', `1\ta\n${end}\n`, {}, /no end/],
    ['without anything', '', {}, /no end/],
    ['with a row that has no end', `1\ta${end}`, {}, /last row/],
    ['with a column too few', `1\ta\n2\n${end}`, { columns: 2 }, /2 columns/],
    ['with a column too many', `1\ta\tb\n${end}`, { columns: 2 }, /2 columns/],
    ['with columns where there are none', `a\n${end}`, { columns: 0 }, /0 columns/],
    ['with a zero', `1\t\0\n${end}`, {}, /zero/],
  ])('%s is refused', (_, text, options, message) => {
    expect(copyOf([text], options)).toMatch(message);
  });

  const broken = Buffer.from(`ž€🐎\n${end}`);

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'without byte %i of its characters is refused, wherever it is cut',
    (missing) => {
      const bytes = Buffer.concat([
        broken.subarray(0, missing),
        broken.subarray(missing + 1),
      ]);
      for (const pieces of cuts(bytes)) expect(copyOf(pieces)).toMatch(/UTF-8/);
      // Of another encoding, and where a checksum vouches for it, it is taken as it is.
      expect(copyOf([bytes], { isUtf8: false })).toMatchObject({ rows: 1 });
      expect(copyOf([bytes], { isSuspicious: false })).toMatchObject({ rows: 1 });
    },
  );
});

describe('the hash of rows', () => {
  const hashOf = (...pieces: string[]) => {
    const hash = new RowHash();
    for (const piece of pieces) hash.update(Buffer.from(piece));
    return hash.digest();
  };

  test('does not depend on their order, nor on the pieces', () => {
    const expected = hashOf('1\ta\n2\tb\n2\tb\n');
    expect(hashOf('2\tb\n1\ta\n2\tb\n')).toBe(expected);
    expect(hashOf('2', '\tb\n1\ta\n', '', '2\tb', '\n')).toBe(expected);
    expect(expected).toMatch(/^[0-9a-f]{32}$/);
    expect(addRowHashes([hashOf('2\tb\n'), hashOf('1\ta\n2\tb\n')])).toBe(expected);
  });

  test('depends on each row, and how often it comes', () => {
    const all = ['1\ta\n', '1\ta\n1\ta\n', '1\tb\n', '1\n\ta\n', '', '\n'];
    expect(new Set(all.map((rows) => hashOf(rows))).size).toBe(all.length);
    const half = hashOf('1\ta\n');
    const first = createHash('sha256').update('1\ta\n').digest('hex').slice(0, 32);
    expect(half).toBe(first);
  });
});

describe('the text of INSERT statements', () => {
  const counted = (pieces: (string | Buffer)[]) => {
    const text = new InsertText();
    for (const piece of pieces) text.update(Buffer.from(piece));
    return text.end();
  };

  test.each([
    ['none', '\n\n', 0],
    [
      'a statement a row',
      `INSERT INTO t VALUES (1, 'a');\nINSERT INTO t VALUES (2, NULL);\n\n\n`,
      2,
    ],
    [
      'rows together',
      `INSERT INTO t VALUES\n\t(1, 'a'),\n\t(2, 'b'),\n\t(3, 'c');\n\n\n`,
      3,
    ],
    [
      'values that look like it',
      `INSERT INTO t VALUES\n\t(1, 'a;\n),\n(''\n;\n'),\n\t(2, ',\n');\n`,
      2,
    ],
    ['names that look like it', `INSERT INTO "t;\n""a" ("b,\n") VALUES (1);\n`, 1],
    ['no columns', 'INSERT INTO t DEFAULT VALUES;\nINSERT INTO t DEFAULT VALUES;\n', 2],
    ['conflicts', `INSERT INTO t VALUES\n\t(1)\n\tON CONFLICT DO NOTHING;\n`, 1],
  ])('has %s', (_, text, rows) => {
    const sha256 = createHash('sha256').update(text).digest('hex');
    for (const pieces of cuts(Buffer.from(text))) {
      expect(counted(pieces)).toMatchObject({ rows, sha256 });
    }
  });

  test('that ends within a quoted text is refused', () => {
    expect(counted([`INSERT INTO t VALUES ('a`])).toMatch(/no end/);
  });
});

describe('a byte', () => {
  test('is counted wherever it stands, and nothing else', () => {
    for (const byte of [0x00, 0x09, 0x0a, 0x7f, 0x80, 0xff]) {
      for (const others of [byte ^ 1, byte ^ 0x80, 0x00, 0xff]) {
        if (others === byte) continue;
        const memory = Buffer.alloc(2_100, others);
        for (const at of [0, 1, 2, 3, 4, 1_019, 1_020, 1_023, 1_024, 2_099]) {
          memory[at] = byte;
        }
        for (const from of [0, 1, 2, 3, 4, 5, 1_022]) {
          for (const to of [from, from + 1, from + 3, 1_024, 1_025, 2_098, 2_100]) {
            const bytes = memory.subarray(from, to);
            const expected = bytes.reduce((sum, one) => sum + Number(one === byte), 0);
            expect(countByte(bytes, byte)).toBe(expected);
          }
        }
      }
    }
  });

  test('is counted where it is everywhere', () => {
    for (const length of [0, 1, 1_019, 1_020, 1_021, 100_003]) {
      expect(countByte(Buffer.alloc(length, 0x0a), 0x0a)).toBe(length);
    }
  });

  test('is counted among any others', () => {
    // A generator of numbers with a seed, of Lehmer.
    let state = 48_271;
    const bytes = Buffer.alloc(20_000);
    for (let at = 0; at < bytes.length; at++) {
      state = (state * 48_271) % 2_147_483_647;
      bytes[at] = state;
    }
    const expected = Array.from({ length: 256 }, () => 0);
    for (const byte of bytes) expected[byte] = (expected[byte] ?? 0) + 1;
    expect(expected.map((_, byte) => countByte(bytes, byte))).toEqual(expected);
  });
});

describe('the columns of a statement', () => {
  test.each([
    ['COPY public.trades (id, price) FROM stdin;\n', 2],
    ['COPY public.trades (id) FROM stdin;\n', 1],
    ['COPY public.no_columns  FROM stdin;\n', 0],
    ['COPY public."Odd ""name"", (really)" ("a, b", "c)d", e) FROM stdin;\n', 3],
    ['COPY "a b"."c FROM stdin;" ("""", "(") FROM stdin;\n', 2],
    ['COPY "a\nb".c ("d\ne", f) FROM stdin;\n', 2],
    ['COPY public."naïve" ("größe") FROM stdin;\n', 1],
    ['COPY public.größe (straße, naïve) FROM stdin;\n', 2],
    ['SELECT 1;\n', null],
    ['', null],
    [null, null],
  ])('%j are %j', (statement, columns) => {
    expect(columnsOf(statement)).toBe(columns);
  });
});
