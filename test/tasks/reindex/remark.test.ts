import { expect, test } from 'vitest';
import type { Judgement } from '../../../src/tasks/reindex/judge.ts';
import { type LookedAt, remarkOn } from '../../../src/tasks/reindex/remark.ts';
import { index, judged, MB } from './sample-index.ts';

const limits = { 'min-bloat': 0.3, 'min-size': 10 * MB };

function remark(judgements: Judgement[], changes: Partial<LookedAt> = {}): string {
  const lookedAt = {
    indexes: judgements.map((one) => one.index),
    judged: new Map(judgements.map((one) => [one.index, one.evidence])),
    chosen: new Set(
      judgements
        .filter(({ evidence }) => (evidence?.bloat ?? 0) >= 0.3)
        .map((one) => one.index),
    ),
    isCool: () => false,
    isNamed: () => false,
    ...changes,
  };
  return remarkOn(lookedAt, limits);
}

test('it counts why each index is, or is not, to be rebuilt', () => {
  const judgements = [
    judged(index('bloated'), 0.5),
    judged(index('dense_a'), 0.1),
    judged(index('dense_b'), 0),
    judged(index('small', { bytes: MB }), null),
    judged(index('locked', { bytes: null }), null),
    judged(index('unseen'), null),
    judged(index('gin', { method: 'gin' }), null),
    judged(index('cool'), null),
  ];
  expect(remark(judgements, { isCool: ({ name }) => name === 'cool' })).toBe(
    'Looked at 8 indexes: 2 not bloated enough, 1 bloated by 30 % or more, 1 under min-size, 1 locked by somebody, 1 of which nothing is known, 1 without an earlier size to compare with, 1 rebuilt within the cool-down.',
  );
});

test('of those that are named it says one by one why they are left alone', () => {
  const judgements = [
    judged(index('bloated'), 0.5),
    judged(index('dense'), 0.12),
    judged(index('small', { bytes: 8192 }), null),
  ];
  expect(remark(judgements, { isNamed: () => true })).toContain(
    'Named, and left alone: public.dense (12 % bloat), public.small (8.0 kB, under min-size).',
  );
  const many = Array.from({ length: 9 }, (_, i) => judged(index(`dense_${i}`), 0));
  expect(remark(many, { isNamed: () => true })).toContain(' and 4 more.');
});

test('nothing to look at is said', () => {
  expect(remark([])).toBe('Looked at 0 indexes.');
});
