import { expect, test } from 'vitest';
import { maxKeptCharacters } from '../../../src/core/maintenance-log.ts';
import { fitted, readMemory } from '../../../src/tasks/reindex/memory.ts';

const nothing = { indexes: [], others: [], baselines: {} };

test.each([
  [undefined],
  [null],
  ['text'],
  [7],
  [[]],
  [{ indexes: 'all', others: [null, 'x', 1.5], baselines: 'none' }],
  [{ baselines: { a: 'b', c: -1, d: null } }],
])('%j is no memory, and does no harm', (kept) => {
  expect(readMemory(kept)).toEqual(nothing);
});

test('what was kept is read as it was', () => {
  const memory = { indexes: [16400], others: [17000], baselines: { 'public.a': 42.5 } };
  expect(readMemory(JSON.parse(JSON.stringify(memory)))).toEqual(memory);
  expect(fitted(memory)).toEqual(memory);
});

test('the largest memory fits, and forgets baselines before indexes', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => 4_000_000_000 + i);
  const names = many(5000).map((oid) => [`public.index_${oid}`, 12.34]);
  const kept = fitted({
    indexes: many(5000),
    others: many(10),
    baselines: Object.fromEntries(names),
  });
  expect(JSON.stringify(kept).length).toBeLessThanOrEqual(maxKeptCharacters);
  expect(kept.others).toHaveLength(10);
  expect(kept.indexes.length).toBeGreaterThan(1000);
  expect(kept.indexes[0]).toBe(4_000_000_000);
  expect(Object.keys(kept.baselines).length).toBeGreaterThan(200);
});
