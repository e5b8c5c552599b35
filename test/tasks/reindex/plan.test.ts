import { describe, expect, test } from 'vitest';
import type { Result, StepResult } from '../../../src/core/result-schema.ts';
import { confirms } from '../../../src/tasks/reindex/evidence.ts';
import type { Judgement } from '../../../src/tasks/reindex/judge.ts';
import {
  cooledDown,
  misjudged,
  type PlanContext,
  planRebuilds,
  splitByMaxSize,
  toRebuild,
} from '../../../src/tasks/reindex/plan.ts';
import { sampleResult, sampleStep } from '../../sample-result.ts';
import { server } from '../vacuum/sample-relation.ts';
import { evidence, index, judged, MB, table } from './sample-index.ts';

const context = (changes: Partial<PlanContext> = {}): PlanContext => ({
  server: server(15),
  options: { 'min-bloat': 0.3 },
  history: { runs: [] },
  isNamed: () => false,
  isReliedOn: () => false,
  ...changes,
});

const order = (chosen: Judgement[], changes: Partial<PlanContext> = {}) =>
  planRebuilds(chosen, context(changes)).map(({ id }) => id.slice('public.'.length));

describe('what is bloated enough', () => {
  test.each([
    [0.3, 0.3, true],
    [0.29, 0.3, false],
    [0, 0, true],
    [1, 1, true],
  ])('%d against %d: %s', (bloat, minBloat, expected) => {
    expect(confirms(evidence(bloat), minBloat)).toBe(expected);
  });

  test('an estimate has to be beyond its own error', () => {
    const kind = 'estimate' as const;
    expect(confirms(evidence(0.44, { kind, margin: 0.15 }), 0.3)).toBe(false);
    expect(confirms(evidence(0.46, { kind, margin: 0.15 }), 0.3)).toBe(true);
  });

  test('of what nothing is known it is only asked for with 0 %', () => {
    const unknown = judged(index('gin'), null);
    expect(toRebuild([unknown], 0.01)).toEqual([]);
    expect(toRebuild([unknown], 0)).toEqual([unknown]);
  });

  test('an estimate that has promised too much before is not believed again', () => {
    const estimated = {
      ...judged(index('a'), 0.6),
      evidence: evidence(0.6, { kind: 'estimate' }),
    };
    const step = (bytes: number) =>
      sampleStep({
        id: 'public.a',
        status: 'done',
        before: { bytes: 100, bloat: 0.6, evidence: 'estimate' },
        after: { bytes },
      });
    const wonTo = (bytes: number) =>
      misjudged({ runs: [sampleResult({ steps: [step(bytes)] })] });
    expect(toRebuild([estimated], 0.3, wonTo(45))).toEqual([estimated]);
    expect(toRebuild([estimated], 0.3, wonTo(100))).toEqual([]);
    expect(toRebuild([estimated], 0, wonTo(100))).toEqual([estimated]);
    expect(toRebuild([judged(index('a'), 0.6)], 0.3, wonTo(100))).toHaveLength(1);
  });

  test('what is over max-size is set aside', () => {
    const [small, large] = [
      judged(index('a', { bytes: 9 * MB }), 0.5),
      judged(index('b'), 0.5),
    ];
    expect(splitByMaxSize([small, large], 10 * MB)).toEqual({
      fitting: [small],
      tooLarge: [large],
    });
    expect(splitByMaxSize([small, large], null).tooLarge).toEqual([]);
  });
});

describe('the order', () => {
  test('what wins back most in each second', () => {
    const a = judged(index('a', { table: table('t', { bytes: 10_000 * MB }) }), 0.9);
    const b = judged(index('b'), 0.5);
    const c = judged(index('c'), 0.6);
    expect(order([a, b, c])).toEqual(['c', 'b', 'a']);
  });

  test('what is used more, by reads or by writes', () => {
    const idle = judged(index('idle'), 0.5);
    const read = judged(index('read', { scans: 1_000_000 }), 0.5);
    const busy = table('busy', { writes: 10_000 });
    const written = judged(index('written', { table: busy }), 0.5);
    expect(order([idle, written, read])).toEqual(['read', 'written', 'idle']);
  });

  test('what is named comes first, what ON CONFLICT relies on last, even if it is named', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name, position) =>
      judged(index(name), 0.9 - position / 10),
    ) as [Judgement, Judgement, Judgement, Judgement];
    const changes = {
      isNamed: (one: Judgement['index']) => one === c.index || one === d.index,
      isReliedOn: (one: Judgement['index']) => one === a.index || one === c.index,
    };
    expect(order([a, b, c, d], changes)).toEqual(['d', 'b', 'c', 'a']);
  });

  test('what was carried over comes before what was not', () => {
    const step = sampleStep({ id: 'public.b', status: 'carried-over' });
    const history = { runs: [sampleResult({ steps: [step] })] };
    const chosen = [judged(index('a'), 0.9), judged(index('b'), 0.4)];
    expect(order(chosen, { history })).toEqual(['b', 'a']);
  });
});

test('a step says what it is based on, and what it costs', () => {
  const chosen = judged(index('a', { scans: 1234 }), 0.5);
  const [step] = planRebuilds([chosen], context());
  expect(step).toMatchObject({
    command: 'REINDEX INDEX CONCURRENTLY public.a',
    why: '50 % bloat (exact: all pages read, ±1.0 points) of 100 MB; 1,234 scans',
    rebuiltBytes: 50 * MB,
    workBytes: 2 * 200 * MB + 4 * 50 * MB,
  });
  expect(step?.budgetCost).toBeGreaterThan(50 * MB);
  expect(step?.budgetCost).toBeLessThan(60 * MB);
});

test('rebuilds on one table lock the same thing, that of its TOAST table too', () => {
  const orders = table('orders');
  const toast = table('pg_toast_1', { ownerOid: orders.oid });
  const chosen = [
    judged(index('a', { table: orders }), 0.5),
    judged(index('b', { table: toast }), 0.5),
  ];
  const [first, second] = planRebuilds(chosen, context());
  expect(second?.locks.some((lock) => first?.locks.includes(lock))).toBe(true);
});

describe('the cool-down', () => {
  const day = 86_400_000;
  const now = Date.parse('2026-11-30T02:00:00Z');
  const run = (step: Partial<StepResult>, changes: Partial<Result> = {}) =>
    sampleResult({
      finishedAt: '2026-11-26T02:00:00.000Z',
      steps: [
        sampleStep({
          id: 'public.a',
          command: 'REINDEX INDEX CONCURRENTLY public.a',
          ...step,
        }),
      ],
      ...changes,
    });

  test.each([
    ['rebuilt four days ago', run({ status: 'done' }), 7, true],
    ['rebuilt longer ago', run({ status: 'done' }), 3, false],
    ['without cool-down', run({ status: 'done' }), 0, false],
    ['cancelled', run({ status: 'cancelled' }), 7, false],
    ['in a dry run', run({ status: 'done' }, { dryRun: true }), 7, false],
    ['another index', run({ status: 'done', id: 'public.b' }), 7, false],
    [
      'only its leftover dropped',
      run({ status: 'done', command: 'DROP INDEX CONCURRENTLY public.a' }),
      7,
      false,
    ],
  ])('%s', (_, last, days, expected) => {
    expect(cooledDown({ runs: [last] }, days * day, now).has('public.a')).toBe(expected);
  });
});
