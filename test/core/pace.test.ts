import { expect, test } from 'vitest';
import { Pace } from '../../src/core/pace.ts';
import { sampleResult, sampleStep } from '../sample-result.ts';

const GB = 1024 ** 3;

const command = 'TIDY a';
const work = (workBytes: number, id = 'a') => ({ id, command, workBytes });

test('a step takes a moment even where there is nothing to read', () => {
  expect(new Pace().predictSeconds(work(0))).toBeGreaterThan(0);
});

test('twice the work takes about twice the time', () => {
  const pace = new Pace();
  const ratio = pace.predictSeconds(work(200 * GB)) / pace.predictSeconds(work(100 * GB));
  expect(ratio).toBeCloseTo(2, 3);
});

test.each([
  ['slow', 1000],
  ['fast', 2],
])('a %s server is known from its first steps', (_, seconds) => {
  const pace = new Pace();
  pace.learn(work(GB), seconds / 2);
  pace.learn(work(GB), seconds / 2);
  const [predicted, expected] = [pace.predictSeconds(work(20 * GB)), 10 * seconds];
  expect(Math.abs(predicted / expected - 1)).toBeLessThan(0.1);
});

test('steps of a few milliseconds tell nothing', () => {
  const pace = new Pace();
  pace.learn(work(8192), 0.3);
  pace.learn(work(100 * GB), 0.01);
  expect(pace.predictSeconds(work(GB))).toBe(new Pace().predictSeconds(work(GB)));
});

test('steps without work tell nothing, however long they took', () => {
  const pace = new Pace();
  pace.learn(work(0), 600);
  expect(pace.predictSeconds(work(GB))).toBe(new Pace().predictSeconds(work(GB)));
});

function ranAt(bytesPerSecond: number, changes: object = {}) {
  const step = { id: 'a', command, metrics: { workBytes: GB }, ...changes };
  return sampleResult({
    steps: [sampleStep({ status: 'done', seconds: GB / bytesPerSecond, ...step })],
  });
}

test('the same command on the same object goes as fast as in earlier runs', () => {
  const pace = new Pace({ runs: [ranAt(GB / 100), ranAt(GB / 100)] });
  expect(pace.predictSeconds(work(10 * GB)) / 1000).toBeCloseTo(1, 1);
  expect(pace.predictSeconds(work(10 * GB, 'b'))).toBe(
    new Pace().predictSeconds(work(10 * GB)),
  );
});

test('the newest run weighs as much as all before it', () => {
  const pace = new Pace({ runs: [ranAt(GB / 10), ranAt(GB / 1000), ranAt(GB / 1000)] });
  expect(pace.predictSeconds(work(GB))).toBeCloseTo(1 / (0.5 / 10 + 0.5 / 1000), 0);
});

test.each([
  ['a dry run', { ...ranAt(GB / 1000), dryRun: true }],
  ['a step that failed', ranAt(GB / 1000, { status: 'failed' })],
  ['another command', ranAt(GB / 1000, { command: 'SCRUB a' })],
  ['a run that did not say how much work there was', ranAt(GB / 1000, { metrics: {} })],
])('%s teaches nothing', (_, run) => {
  const pace = new Pace({ runs: [run] });
  expect(pace.predictSeconds(work(GB))).toBe(new Pace().predictSeconds(work(GB)));
});

test('what the server says is believed until there is a run of our own', () => {
  const usual = { ...work(GB), usualSeconds: 77 };
  expect(new Pace().predictSeconds(usual)).toBe(77);
  // Within reason: a hundred times the work does not take as long as usual.
  expect(new Pace().predictSeconds({ ...usual, workBytes: 100 * GB })).toBeGreaterThan(
    200,
  );
  const pace = new Pace({ runs: [ranAt(GB / 1000)] });
  expect(pace.predictSeconds(usual)).toBeGreaterThan(900);
});
