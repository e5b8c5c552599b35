import { describe, expect, test } from 'vitest';
import type { StepResult } from '../../../src/core/result-schema.ts';
import type { Run } from '../../../src/core/run.ts';
import { summarizeSteps, totalsOf } from '../../../src/tasks/reindex/summary.ts';
import { sampleStep } from '../../sample-result.ts';

const real = { dryRun: false } as Run;
const dry = { dryRun: true } as Run;

const rebuild = (id: string, changes: Partial<StepResult> = {}) =>
  sampleStep({
    id,
    command: `REINDEX INDEX CONCURRENTLY ${id}`,
    before: { bytes: 30 * 1024 ** 2, bloat: 0.6 },
    after: { bytes: 10 * 1024 ** 2, bloat: 0 },
    metrics: { walBytes: 1000 },
    ...changes,
  });

const removal = (id: string, changes: Partial<StepResult> = {}) =>
  rebuild(id, {
    command: `DROP INDEX CONCURRENTLY ${id}`,
    before: { bytes: 1024 ** 2 },
    after: { bytes: 0 },
    metrics: {},
    ...changes,
  });

const undone = { before: null, after: null } as const;

describe('the sentence', () => {
  test.each<[string, StepResult[], Run, string]>([
    ['nothing', [], real, 'Nothing to rebuild.'],
    ['one', [rebuild('a')], real, 'Rebuilt 1 of 1 index and won back 20.0 MB.'],
    [
      'rebuilt and dropped',
      [removal('a_ccnew'), rebuild('a'), rebuild('b')],
      real,
      'Rebuilt 2 of 2 indexes and won back 40.0 MB; dropped 1 of 1 leftover.',
    ],
    [
      'what was left',
      [
        rebuild('a'),
        rebuild('b', { status: 'cancelled', ...undone }),
        rebuild('c', { status: 'carried-over', ...undone }),
        rebuild('d', { status: 'failed', ...undone }),
      ],
      real,
      'Rebuilt 1 of 4 indexes and won back 20.0 MB; 1 failed (d); 2 carried over (b, c).',
    ],
    [
      'nothing won',
      [rebuild('a', { after: { bytes: 31 * 1024 ** 2 } })],
      real,
      'Rebuilt 1 of 1 index.',
    ],
    [
      'a dry run',
      [removal('a_ccnew', { status: 'planned' }), rebuild('a', { status: 'planned' })],
      dry,
      'Would rebuild 1 index and drop 1 leftover; nothing was changed.',
    ],
  ])('%s', (_, steps, run, expected) => {
    expect(summarizeSteps(steps, run)).toBe(expected);
  });
});

test('the totals count what is done, and all WAL that was written', () => {
  const steps = [rebuild('a'), rebuild('b', { status: 'cancelled', ...undone })];
  expect(totalsOf(steps)).toEqual({ reclaimedBytes: 20 * 1024 ** 2, walBytes: 2000 });
  expect(totalsOf([])).toEqual({ reclaimedBytes: 0, walBytes: 0 });
});
