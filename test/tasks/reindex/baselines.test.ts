import { describe, expect, test } from 'vitest';
import {
  bloatSinceBaseline,
  needsBaseline,
  rebuiltBaseline,
  updatedBaselines,
} from '../../../src/tasks/reindex/baselines.ts';
import { index, MB } from './sample-index.ts';

const gin = (bytes: number, rows: number | null) =>
  index('a', { method: 'gin', bytes, rows });

test.each([
  ['btree', false],
  ['brin', false],
  ['gin', true],
  ['gist', true],
  ['hash', true],
  ['spgist', true],
  ['bloom', true],
])('%s: %s', (method, expected) => {
  expect(needsBaseline({ method })).toBe(expected);
});

describe('bloat since the baseline', () => {
  test.each([
    ['twice the bytes a row', gin(100 * MB, MB), 50, 0.5],
    ['as before', gin(50 * MB, MB), 50, 0],
    ['less than before', gin(40 * MB, MB), 50, 0],
  ])('%s', (_, now, before, bloat) => {
    expect(bloatSinceBaseline(now, { 'public.a': before })?.bloat).toBeCloseTo(bloat);
  });

  test.each([
    ['no baseline', gin(100 * MB, MB), {}],
    ['rows that nobody has counted', gin(100 * MB, null), { 'public.a': 50 }],
    ['no rows', gin(100 * MB, 0), { 'public.a': 50 }],
    ['too small to tell', gin(100_000, 1000), { 'public.a': 50 }],
  ])('%s: nothing is known', (_, now, baselines) => {
    expect(bloatSinceBaseline(now, baselines)).toBeNull();
  });
});

describe('the baselines kept', () => {
  test('are the least that an index has done with', () => {
    expect(updatedBaselines({}, [gin(100 * MB, MB)])).toEqual({ 'public.a': 100 });
    expect(updatedBaselines({ 'public.a': 60 }, [gin(100 * MB, MB)])).toEqual({
      'public.a': 60,
    });
    expect(updatedBaselines({ 'public.a': 200 }, [gin(100 * MB, MB)])).toEqual({
      'public.a': 100,
    });
  });

  test('stay while an index is locked or too small, and go with it', () => {
    const before = { 'public.a': 60, 'public.gone': 7 };
    expect(updatedBaselines(before, [gin(1000, 10)])).toEqual({ 'public.a': 60 });
  });

  test('are none of a B-tree', () => {
    expect(updatedBaselines({}, [index('a')])).toEqual({});
  });

  test('after a rebuild are what it does with now, be it more', () => {
    expect(rebuiltBaseline({ 'public.a': 60 }, gin(1, MB), 80 * MB)).toEqual({
      'public.a': 80,
    });
  });
});
