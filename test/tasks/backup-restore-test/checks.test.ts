import { describe, expect, test } from 'vitest';
import { parseYaml } from '../../../src/core/yaml.ts';
import { checks } from '../../../src/tasks/backup-restore-test/checks.ts';
import {
  meets,
  parseExpectation,
} from '../../../src/tasks/backup-restore-test/expectation.ts';

describe('an expectation', () => {
  test.each<[string | null, string | null, boolean]>([
    ['5', '5', true],
    ['5', '5.00', true],
    ['5', '6', false],
    ['5', null, false],
    ['> 0', '1', true],
    ['>0', '0', false],
    ['> 0', '-1', false],
    ['> 0', 'NaN', false],
    ['> 0', null, false],
    ['>= 10', '10', true],
    ['>= 10', '9.999999999999999999999999', false],
    ['< 5', '4.5', true],
    ['<= 5', '5.0000000000000000001', false],
    ['<> 0', '0.0', false],
    ['!= 0', '1', true],
    ['<> failed', 'done', true],
    ['= done', 'done', true],
    ['> 9007199254740992', '9007199254740993', true],
    ['9007199254740993', '9007199254740992', false],
    ['1000', '1e+03', true],
    ['between 1 and 9', '9', true],
    ['BETWEEN -1.5 and 0', '-1.50', true],
    ['between 1 and 9', '9.1', false],
    ['between 1 and 9', '0', false],
    ['between 1 and 9', 'five', false],
    ['true', 't', true],
    ['true', 'true', true],
    ['false', 't', false],
    ['open', 'open', true],
    ['open', 'Open', false],
    ['', '', true],
    [null, null, true],
    [null, '', false],
    ['<> null', '0', true],
    ['<> null', null, false],
  ])('%j, and %j comes back: %s', (expectation, value, isMet) => {
    expect(meets(parseExpectation(expectation), value)).toBe(isMet);
  });

  test.each([
    ['> many', 'compares with no number'],
    ['>', 'compares with no number'],
    ['< 2026-01-01', 'compares with no number'],
    ['between a and b', 'compares with no number'],
    ['between 9 and 1', '9 is above 1'],
  ])('%j is refused', (expectation, problem) => {
    expect(() => parseExpectation(expectation)).toThrow(problem);
  });
});

describe('the input `checks`', () => {
  test('is read', () => {
    const yaml = `
- name: trades
  sql: select count(*) from trades
  expect: "> 0"
- {name: open, sql: select open from flags, expect: true}
- {name: none, sql: select 1 where false, expect: null}`;
    expect(parseYaml(yaml, checks)).toMatchObject([
      { name: 'trades', sql: 'select count(*) from trades', expect: { text: '> 0' } },
      { expect: { kind: 'text', value: 'true' } },
      { expect: { kind: 'null' } },
    ]);
  });

  test.each([
    ['{name: a}', 'a list is expected, as in'],
    ['[]', 'the list is empty'],
    ['[a]', '1: a mapping with the keys name, sql, expect is expected'],
    ['[{name: a, sql: select 1}]', '1.expect: what is expected is missing'],
    ['[{name: a, sql: select 1, expect: [1]}]', '1.expect: a value, or a comparison'],
    [
      '[{name: a, sql: select 1, expect: "> x"}]',
      '1.expect: "> x" compares with no number',
    ],
    ['[{name: a, sql: select 1, expect: 9007199254740993}]', 'write it in quotes'],
    ['[{sql: select 1, expect: 1}]', '1.name: the name is missing'],
    ['[{name: a, expect: 1}]', '1.sql: the statement is missing'],
    ['[{name: a, sql: " ", expect: 1}]', '1.sql: it is empty'],
    [
      '[{name: a, sql: select 1, expects: 1, expect: 1}]',
      '1: unknown key "expects"; known are name, sql, expect',
    ],
    [
      '[{name: a, sql: select 1, expect: 1}, {name: a, sql: select 2, expect: 2}]',
      '2: check 1 has the same name, "a"',
    ],
  ])('%s is refused', (yaml, problem) => {
    expect(() => parseYaml(yaml, checks)).toThrow(problem);
  });
});
