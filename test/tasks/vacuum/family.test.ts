import { expect, test } from 'vitest';
import { Family } from '../../../src/tasks/vacuum/family.ts';
import { partitioned, relation } from './sample-relation.ts';

const root = partitioned('public.events');
const year = partitioned('public.events_2026', { parents: [root.oid] });
const january = relation('public.events_2026_01', { parents: [year.oid] });
const other = relation('public.events_other', { parents: [root.oid] });
const lonely = relation('public.trades');
const family = new Family([january, lonely, other, year, root]);

test('everything below a table belongs to it, on all levels', () => {
  expect(new Set(family.descendantsOf(root))).toEqual(new Set([year, january, other]));
  expect(family.descendantsOf(year)).toEqual([january]);
});

test('a table without children has none', () => {
  expect(family.descendantsOf(january)).toEqual([]);
  expect(family.descendantsOf(lonely)).toEqual([]);
});

test('a child of two parents belongs to both', () => {
  const [a, b] = [relation('public.a'), relation('public.b')];
  const child = relation('public.c', { parents: [a.oid, b.oid] });
  const both = new Family([a, b, child]);
  expect(both.descendantsOf(a)).toEqual([child]);
  expect(both.descendantsOf(b)).toEqual([child]);
});

test('a table that is reached by two ways is counted once', () => {
  const top = relation('public.top');
  const left = relation('public.left', { parents: [top.oid] });
  const right = relation('public.right', { parents: [top.oid] });
  const bottom = relation('public.bottom', { parents: [left.oid, right.oid] });
  const diamond = new Family([top, left, right, bottom]);
  expect(diamond.descendantsOf(top)).toHaveLength(3);
});
