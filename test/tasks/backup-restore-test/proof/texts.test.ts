import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { RowHash } from '../../../../src/pg-dump/row-hash.ts';
import {
  copyOutStatement,
  readCopyStatement,
} from '../../../../src/tasks/backup-restore-test/proof/copy-statement.ts';
import { offsetSamples } from '../../../../src/tasks/backup-restore-test/proof/time-zone.ts';

const read = (statement: string) => {
  const target = readCopyStatement(statement);
  return target && copyOutStatement(target, { encoding: 'UTF8', isRoot: false });
};

describe('a COPY statement is turned round', () => {
  test.each([
    [
      'COPY public.trades (id, price) FROM stdin;\n',
      `copy public.trades (id, price) to stdout (encoding 'UTF8')`,
    ],
    [
      'COPY "My S"."T "" 1" (id, "a, b") FROM stdin;\n',
      `copy "My S"."T "" 1" (id, "a, b") to stdout (encoding 'UTF8')`,
    ],
    ['COPY public.t  FROM stdin;\n', `copy public.t  to stdout (encoding 'UTF8')`],
  ])('%j', (statement, turned) => {
    expect(read(statement)).toBe(turned);
  });

  test.each([
    'COPY trades (id) FROM stdin;',
    'COPY public.trades (id) FROM stdin; drop table x;',
    `COPY public.trades (id) FROM PROGRAM 'rm';`,
    'COPY public.trades (id) WITH OIDS FROM stdin;',
    'COPY public.trades (id, (select 1)) FROM stdin;',
    'COPY public."a"b" (id) FROM stdin;',
    'COPY public.Trades (id) FROM stdin;',
    'COPY (select 1) TO stdout;',
    '',
  ])('not %j', (statement) => {
    expect(read(statement)).toBeNull();
  });
});

test('the hash of rows depends neither on their order nor on the pieces they come in', () => {
  const hashOf = (...pieces: string[]) => {
    const hash = new RowHash();
    for (const piece of pieces) hash.update(Buffer.from(piece));
    return hash.digest();
  };
  const ofLine = createHash('sha256').update('a\t1\n').digest('hex').slice(0, 32);
  expect(hashOf('a\t1\n')).toBe(ofLine);
  expect(hashOf()).toBe('0'.repeat(32));
  expect(hashOf('a\nb\n\nc\n')).toBe(hashOf('c\n', '\nb', '', '\na\n'));
  expect(hashOf('a\nb\n')).not.toBe(hashOf('ab\n\n'));
  expect(hashOf('a\na\n')).not.toBe(hashOf('a\n'));
});

test.each<[string, string[]]>([
  ['1\t2026-07-01 12:00:00+02\tx\n', ['2026-07-01 12:00:00+02']],
  ['{"2026-07-01 12:00:00.5+05:30",infinity}\n', ['2026-07-01 12:00:00.5+05:30']],
  ['1880-01-01 00:00:00+00:34:08\n', ['1880-01-01 00:00:00+00:34:08']],
  [
    '2026-10-25 01:00:00+02\n2026-10-25 01:00:01+02\n2026-10-25 02:00:00+01\n',
    ['2026-10-25 01:00:00+02', '2026-10-25 02:00:00+01'],
  ],
  ['2026-07-01 12:00:00\n2026-07-01\n', []],
  ['0044-03-15 12:00:00+01 BC\n', []],
  ['2026-07-01 12:00:00+05', []],
])('%j has the points in time %j', (text, times) => {
  expect(offsetSamples(text).map(({ time }) => time)).toEqual(times);
});
