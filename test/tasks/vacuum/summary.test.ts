import { describe, expect, test } from 'vitest';
import type { StepResult } from '../../../src/core/result-schema.ts';
import type { Run } from '../../../src/core/run.ts';
import { summarizeSteps } from '../../../src/tasks/vacuum/summary.ts';
import { sampleStep } from '../../sample-result.ts';

const real = { dryRun: false } as Run;
const dry = { dryRun: true } as Run;

function step(id: string, status: StepResult['status'], changes = {}): StepResult {
  const removed = { before: { deadTuples: 500 }, after: { deadTuples: 0 } };
  return sampleStep({ id, status, ...removed, ...changes });
}

describe('the sentence on what the steps came to', () => {
  test('says that nothing is due', () => {
    expect(summarizeSteps([], real)).toBe('No table is due.');
  });

  test('counts what was done, and what that removed', () => {
    const steps = [
      step('public.a', 'done'),
      step('public.b', 'done', { before: { deadTuples: 1000 } }),
    ];
    expect(summarizeSteps(steps, real)).toBe(
      'Vacuumed or analyzed 2 of 2 tables and removed 1,500 dead tuples.',
    );
  });

  test('takes no credit for what an ANALYZE counts anew', () => {
    const steps = [step('public.a', 'done', { command: 'ANALYZE public.a' })];
    expect(summarizeSteps(steps, real)).toBe('Vacuumed or analyzed 1 of 1 table.');
  });

  test('takes no debit for what died meanwhile', () => {
    const steps = [
      step('public.a', 'done'),
      step('public.b', 'done', { after: { deadTuples: 9000 } }),
    ];
    expect(summarizeSteps(steps, real)).toContain('removed 500 dead tuples');
  });

  test('takes a figure that was not read for no figure', () => {
    const steps = [
      step('public.a', 'done'),
      step('public.b', 'done', { before: null, after: null }),
    ];
    expect(summarizeSteps(steps, real)).toContain('removed 500 dead tuples');
  });

  test('names what failed, was skipped and was carried over', () => {
    const steps = [
      step('public.a', 'done'),
      step('public.b', 'failed'),
      step('public.c', 'skipped'),
      step('public.d', 'cancelled'),
      step('public.e', 'carried-over'),
    ];
    expect(summarizeSteps(steps, real)).toBe(
      'Vacuumed or analyzed 1 of 5 tables and removed 500 dead tuples; 1 failed (public.b); 1 skipped (public.c); 2 carried over (public.d, public.e).',
    );
  });

  test('stays short where many were carried over', () => {
    const steps = Array.from({ length: 10_000 }, (_, index) =>
      step(`public.t${index}`, 'carried-over'),
    );
    const text = summarizeSteps(steps, real);
    expect(text).toContain('0 of 10,000 tables');
    expect(text).toContain('public.t4 and 9995 more');
    expect(text.length).toBeLessThan(200);
  });

  test('says what a dry run would do, and that it did nothing', () => {
    const steps = [step('public.a', 'planned'), step('public.b', 'planned')];
    expect(summarizeSteps(steps, dry)).toBe(
      'Would vacuum or analyze 2 tables; nothing was changed.',
    );
  });
});
