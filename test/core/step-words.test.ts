import { expect, test } from 'vitest';
import { namedSteps, undoneSteps } from '../../src/core/step-words.ts';
import { sampleStep } from '../sample-result.ts';

const steps = (count: number, status: 'failed' | 'cancelled' | 'carried-over' | 'done') =>
  Array.from({ length: count }, (_, i) => sampleStep({ id: `${status}-${i}`, status }));

test('steps are counted and named, the first five of them', () => {
  expect(namedSteps(steps(2, 'failed'), ['failed'], 'failed')).toBe(
    '2 failed (failed-0, failed-1)',
  );
  expect(namedSteps(steps(7, 'failed'), ['failed'], 'failed')).toMatch(
    /-4 and 2 more\)$/,
  );
  expect(namedSteps(steps(2, 'failed'), ['skipped'], 'skipped')).toBe('');
});

test('what is not done is told by what became of it', () => {
  const mixed = [
    ...steps(1, 'done'),
    ...steps(1, 'cancelled'),
    ...steps(1, 'carried-over'),
  ];
  expect(undoneSteps(mixed)).toEqual(['2 carried over (cancelled-0, carried-over-0)']);
  expect(undoneSteps(steps(3, 'done'))).toEqual([]);
});
