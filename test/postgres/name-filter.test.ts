import { describe, expect, test } from 'vitest';
import { nameFilter } from '../../src/postgres/name-filter.ts';

const tables = ['public.trades', 'public.orders', 'audit.trades', 'audit.order_log'].map(
  (id) => {
    const [schema = '', name = ''] = id.split('.');
    return { schema, name, id };
  },
);

const named = (schema: string, name: string) => ({
  schema,
  name,
  id: `${schema}."${name}"`,
});

function matching(patterns: string[] | null): string[] {
  const filter = nameFilter(patterns);
  return tables.filter((table) => filter.matches(table)).map(({ id }) => id);
}

describe('a list of patterns', () => {
  test.each<[string[] | null, string[]]>([
    [null, ['public.trades', 'public.orders', 'audit.trades', 'audit.order_log']],
    [['public.trades'], ['public.trades']],
    [['public.*'], ['public.trades', 'public.orders']],
    [['*.trades'], ['public.trades', 'audit.trades']],
    [['*.order*'], ['public.orders', 'audit.order_log']],
    [
      ['p*.*s', 'audit.trades'],
      ['public.trades', 'public.orders', 'audit.trades'],
    ],
    [['!audit.*'], ['public.trades', 'public.orders']],
    [['!*.order*'], ['public.trades', 'audit.trades']],
    [['public.*', '!public.orders'], ['public.trades']],
    [['!public.orders', 'public.*'], ['public.trades']],
    [['*.*', '!*.trades', '!*.orders'], ['audit.order_log']],
    [['public.trade'], []],
    [['ublic.trades'], []],
    [['PUBLIC.TRADES'], []],
  ])('%j matches %j', (patterns, ids) => {
    expect(matching(patterns)).toEqual(ids);
  });

  test.each([
    ['public.a+b', 'a+b', 'aab'],
    ['public.a?', 'a?', 'a'],
    ['public.[a]', '[a]', 'a'],
    ['public.a|b', 'a|b', 'a'],
    ['public.a^$(){}\\', 'a^$(){}\\', 'a'],
    ['public.a*b', 'a\nb', 'a\nc'],
  ])('takes %j for what it says, and nothing but * for a sign', (pattern, yes, no) => {
    const filter = nameFilter([pattern]);
    expect(filter.matches(named('public', yes))).toBe(true);
    expect(filter.matches(named('public', no))).toBe(false);
  });

  test('takes the point between schema and table for a point', () => {
    expect(nameFilter(['public.trades']).matches(named('publicx', 'rades'))).toBe(false);
  });
});

test('what a pattern with ! leaves out is known apart', () => {
  const filter = nameFilter(['public.*', '!public.orders']);
  expect(filter.excludes(named('public', 'orders'))).toBe(true);
  expect(filter.excludes(named('public', 'trades'))).toBe(false);
  expect(filter.excludes(named('audit', 'trades'))).toBe(false);
  expect(nameFilter(null).excludes(named('public', 'orders'))).toBe(false);
});

test('a pattern without * names a table', () => {
  const filter = nameFilter(['public.trades', 'audit.*', '!public.orders']);
  expect(filter.names(named('public', 'trades'))).toBe(true);
  expect(filter.names(named('audit', 'trades'))).toBe(false);
  expect(filter.names(named('public', 'orders'))).toBe(false);
});

test('a pattern of many stars is answered at once', () => {
  const name = 'a'.repeat(200);
  const pattern = `public.${'*a'.repeat(60)}b`;
  expect(nameFilter([pattern]).matches(named('public', name))).toBe(false);
});

test('patterns that match no table are told', () => {
  const patterns = ['public.trades', 'public.tirades', 'old.*', '!none.*'];
  expect(nameFilter(patterns).unmatched(tables)).toEqual(['public.tirades', 'old.*']);
  expect(nameFilter(null).unmatched(tables)).toEqual([]);
});

test('a pattern whose every match is left out again did match', () => {
  expect(nameFilter(['audit.*', '!audit.*']).unmatched(tables)).toEqual([]);
});

test('a table may also be named as the report does', () => {
  const table = named('public', 'Odd.name');
  const filter = nameFilter(['public."Odd.name"']);
  expect(filter.matches(table)).toBe(true);
  expect(filter.names(table)).toBe(true);
  expect(nameFilter(['!public."Odd.*"']).matches(table)).toBe(false);
});
