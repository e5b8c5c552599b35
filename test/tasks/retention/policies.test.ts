import { describe, expect, test } from 'vitest';
import { parseYaml } from '../../../src/core/yaml.ts';
import { isTimeZone, parseKeep } from '../../../src/tasks/retention/keep.ts';
import { policies } from '../../../src/tasks/retention/policies.ts';

const one = 'table: public.events, column: at, keep: 90 days';
const read = (more: string) => parseYaml(`[{${one}${more && `, ${more}`}}]`, policies)[0];

describe('how long rows are kept', () => {
  test.each([
    ['90 days', '90 days'],
    ['1 day', '1 day'],
    ['36h', '36 hours'],
    ['30 min', '30 minutes'],
    ['2 weeks', '2 weeks'],
    ['6 months', '6 months'],
    ['1 year', '1 year'],
    ['1 Years', '1 year'],
    [' 5 d ', '5 days'],
  ])('%j is %s', (given, interval) => {
    expect(parseKeep(given)).toBe(interval);
  });

  test.each([
    ['0 days', 'no time at all'],
    ['-3 days', 'lies in the future'],
    ['soon', 'is no duration'],
    ['90', 'is no duration'],
    ['6m', 'is no duration'],
    ['6M', 'is no duration'],
    ['1.5 days', 'is no duration'],
    ['90 parsecs', 'is no duration'],
    [`1 day'; drop table events`, 'is no duration'],
    ['99999999999999 days', 'is too long'],
  ])('%j is refused', (given, problem) => {
    expect(() => parseKeep(given)).toThrow(problem);
  });

  test.each([
    ['UTC', true],
    ['Europe/Zurich', true],
    ['Mars/Olympus', false],
    [`UTC'`, false],
    ['-05:00', false],
    ['+02', false],
  ])('%j is a time zone: %s', (name, is) => {
    expect(isTimeZone(name)).toBe(is);
  });
});

describe('a policy', () => {
  test('has defaults', () => {
    expect(read('')).toEqual({
      table: 'public.events',
      column: 'at',
      keep: '90 days',
      where: null,
      method: 'auto',
      maxShare: 0.5,
      archive: null,
      cascade: 'refuse',
      timeZone: 'UTC',
      straddling: 'keep',
    });
  });

  test('may say all of them', () => {
    const more = `where: "kind = 'x'", method: delete, max-share: 5%, archive: s3://bucket/old, time-zone: Europe/Zurich, straddling: delete`;
    expect(read(more)).toMatchObject({
      where: `kind = 'x'`,
      method: 'delete',
      maxShare: 0.05,
      archive: { bucket: 'bucket', prefix: 'old/' },
      timeZone: 'Europe/Zurich',
      straddling: 'delete',
    });
  });

  test.each([
    ['', '', 'a list is expected'],
    ['[]', '', 'the list is empty'],
    ['{}', '', 'a list is expected'],
    ['[a]', '', 'a mapping with the keys table, column, keep'],
    [
      `[{${one}, tables: x, when: y}]`,
      '1: ',
      'unknown key "tables", "when"; known are table, column',
    ],
    ['[{column: at, keep: 1 day}]', '1.table: ', 'the table is missing'],
    [
      '[{table: public.events, keep: 1 day}]',
      '1.column: ',
      'the column with the age of a row is missing',
    ],
    [
      '[{table: public.events, column: at}]',
      '1.keep: ',
      'how long rows are kept is missing',
    ],
    [
      '[{table: "public.*", column: at, keep: 1 day}]',
      '1.table: ',
      'does not have the form schema.table',
    ],
    [
      '[{table: "!public.a", column: at, keep: 1 day}]',
      '1.table: ',
      'does not have the form schema.table',
    ],
    [`[{${one}, max-share: 120%}]`, '1.max-share: ', 'is no share'],
    [`[{${one}, method: truncate}]`, '1.method: ', 'detach-partitions'],
    [`[{${one}, archive: "file:///tmp"}]`, '1.archive: ', 'is no S3 URL'],
    [`[{${one}, where: ""}]`, '1.where: ', 'it is empty'],
    [`[{${one}, where: "id = $1"}]`, '1.where: ', 'it must not have parameters'],
    [
      `[{${one}, method: drop-chunks, where: "a = 1"}]`,
      '1.where: ',
      'drop-chunks takes all rows of a chunk',
    ],
    [
      `[{${one}, method: detach-partitions, archive: s3://bucket/}]`,
      '1.archive: ',
      'there is nothing to archive',
    ],
    [
      `[{${one}}, {${one}, cascade: allow}]`,
      '2: ',
      'policy 1 is for the same rows of public.events',
    ],
  ])('is refused: %s', (given, where, problem) => {
    expect(() => parseYaml(given, policies)).toThrow(`${where}`);
    expect(() => parseYaml(given, policies)).toThrow(problem);
  });

  test('of a table may stand beside another of other rows', () => {
    const both = parseYaml(`[{${one}, where: a}, {${one}, where: b}]`, policies);
    expect(both).toHaveLength(2);
    const byOther = one.replace('column: at', 'column: closed_at');
    expect(parseYaml(`[{${one}}, {${byOther}}]`, policies)).toHaveLength(2);
  });
});
