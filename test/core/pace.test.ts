import { expect, test } from 'vitest';
import { Pace } from '../../src/core/pace.ts';

const GB = 1024 ** 3;

test('a step takes a moment even where there is nothing to read', () => {
  expect(new Pace().predictSeconds(0)).toBeGreaterThan(0);
});

test('twice the work takes about twice the time', () => {
  const pace = new Pace();
  const ratio = pace.predictSeconds(200 * GB) / pace.predictSeconds(100 * GB);
  expect(ratio).toBeCloseTo(2, 3);
});

test.each([
  ['slow', 1000],
  ['fast', 2],
])('a %s server is known from its first steps', (_, seconds) => {
  const pace = new Pace();
  pace.learn(GB, seconds / 2);
  pace.learn(GB, seconds / 2);
  const [predicted, expected] = [pace.predictSeconds(20 * GB), 10 * seconds];
  expect(Math.abs(predicted / expected - 1)).toBeLessThan(0.1);
});

test('steps of a few milliseconds tell nothing', () => {
  const pace = new Pace();
  pace.learn(8192, 0.3);
  pace.learn(100 * GB, 0.01);
  expect(pace.predictSeconds(GB)).toBe(new Pace().predictSeconds(GB));
});

test('steps without work tell nothing, however long they took', () => {
  const pace = new Pace();
  pace.learn(0, 600);
  expect(pace.predictSeconds(GB)).toBe(new Pace().predictSeconds(GB));
});
