import { describe, expect, test } from 'vitest';
import type { StepResult } from '../../src/core/result-schema.ts';
import { carriedOverInARow, starvation } from '../../src/core/starvation.ts';
import { sampleResult, sampleStep } from '../sample-result.ts';

const steps = (statuses: Record<string, StepResult['status']>) =>
  Object.entries(statuses).map(([id, status]) => sampleStep({ id, status }));

const run = (statuses: Record<string, StepResult['status']>, changes = {}) =>
  sampleResult({ steps: steps(statuses), ...changes });

describe('a step', () => {
  const left = run({ a: 'carried-over', b: 'done' });

  test('that is carried over for the third time in a row starves', () => {
    const now = steps({ a: 'carried-over', b: 'done' });
    expect(starvation(now, { runs: [left] })).toEqual([]);
    expect(starvation(now, { runs: [left, left] })).toMatchObject([
      { code: 'starving', severity: 'high', subject: 'a' },
    ]);
  });

  test('that was stopped at the deadline is carried over as well', () => {
    const stopped = run({ a: 'cancelled', b: 'done' });
    const now = steps({ a: 'cancelled', b: 'done' });
    expect(starvation(now, { runs: [stopped, stopped] })).toHaveLength(1);
  });

  test('that was done in between, or not planned, starts anew', () => {
    for (const between of [run({ a: 'done' }), run({ b: 'done' })]) {
      expect(carriedOverInARow('a', { runs: [left, between, left] })).toBe(1);
    }
  });

  test('goes on waiting through a run that was blocked', () => {
    const blocked = sampleResult({ outcome: 'blocked', steps: [] });
    expect(carriedOverInARow('a', { runs: [left, blocked, left] })).toBe(2);
  });

  test('does not starve by dry runs', () => {
    const dry = run({ a: 'carried-over' }, { dryRun: true });
    expect(carriedOverInARow('a', { runs: [dry, left, dry, left] })).toBe(2);
  });
});

describe('a step that keeps what it has done when it is stopped', () => {
  const part = (workBytes: number, doneBytes: number) =>
    sampleStep({ id: 'a', status: 'cancelled', metrics: { workBytes, doneBytes } });
  const runs = (...sizes: number[]) => ({
    runs: sizes.map((size) => sampleResult({ steps: [part(size, 10)] })),
  });

  test('does not starve the window by itself', () => {
    expect(starvation([part(100, 10)], { runs: [] })).toEqual([]);
    expect(starvation([part(100, 0)], { runs: [] })).toMatchObject([
      { subject: 'the window' },
    ]);
  });

  test('does not starve while there is less to do from run to run', () => {
    expect(starvation([part(80, 10)], runs(90, 100))).toEqual([]);
  });

  test('starves where as much is added as is done', () => {
    expect(starvation([part(100, 10)], runs(100, 100))).toMatchObject([
      { code: 'starving', subject: 'a' },
    ]);
  });
});

test('a run that finished nothing starves as a whole, at once', () => {
  const now = steps({ a: 'carried-over', b: 'cancelled', c: 'skipped' });
  expect(starvation(now, { runs: [] })).toMatchObject([{ subject: 'the window' }]);
});

test('it says what kept the first step of these', () => {
  const error = 'not begun: it would have to wait for pid 4711 (report)';
  const now = [
    sampleStep({ id: 'a', status: 'carried-over', error }),
    ...steps({ b: 'cancelled' }),
  ];
  expect(starvation(now, { runs: [] })[0]?.message).toBe(
    `Not one step was finished, of 2 planned. a: ${error}.`,
  );
});
