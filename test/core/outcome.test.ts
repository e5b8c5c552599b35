import { describe, expect, test } from 'vitest';
import { decideOutcome, type Ending, isRed, outcomes } from '../../src/core/outcome.ts';

const nothing: Ending = {
  cancelRequested: false,
  failure: null,
  refusal: null,
  stepStatuses: [],
  findingsAtOrAboveFailOn: 0,
};

const table: [string, Partial<Ending>, string, string][] = [
  ['a cancel', { cancelRequested: true }, 'cancelled', 'cancel-requested'],
  ['a failed check', { failure: 'check-failed' }, 'failed', 'check-failed'],
  ['a lost target', { failure: 'connection-failed' }, 'failed', 'connection-failed'],
  ['a failed step', { stepStatuses: ['done', 'failed'] }, 'failed', 'step-failed'],
  ['a refusal', { refusal: 'unsafe-target' }, 'blocked', 'unsafe-target'],
  ['grave findings', { findingsAtOrAboveFailOn: 1 }, 'attention', 'findings'],
  [
    'a step carried over',
    { stepStatuses: ['done', 'carried-over'] },
    'incomplete',
    'deadline-reached',
  ],
  [
    'a step stopped at the deadline',
    { stepStatuses: ['done', 'cancelled'] },
    'incomplete',
    'deadline-reached',
  ],
  ['steps that are done', { stepStatuses: ['done'] }, 'succeeded', 'completed'],
  ['steps that were skipped', { stepStatuses: ['skipped'] }, 'succeeded', 'completed'],
  ['a dry run', { stepStatuses: ['planned'] }, 'succeeded', 'completed'],
  ['no steps', {}, 'nothing-to-do', 'no-work'],
];

test.each(table)('%s: the outcome is %3$s', (_, ending, outcome, reason) => {
  expect(decideOutcome({ ...nothing, ...ending })).toEqual({ outcome, reason });
});

test('every outcome is in the table', () => {
  expect(new Set(table.map(([, , outcome]) => outcome))).toEqual(new Set(outcomes));
});

describe('where several hold, the first wins', () => {
  const pairs = table.flatMap((first, index) =>
    table.slice(index + 1).map((second) => [first, second] as const),
  );

  test.each(
    pairs.map(([a, b]) => ({ first: a[0], second: b[0], a, b })),
  )('$first and $second', ({ a, b }) => {
    const both = {
      ...nothing,
      ...b[1],
      ...a[1],
      stepStatuses: [...(b[1].stepStatuses ?? []), ...(a[1].stepStatuses ?? [])],
    };
    expect(decideOutcome(both).outcome).toBe(a[2]);
  });
});

test('failed, blocked and attention turn the job red, and nothing else does', () => {
  expect(outcomes.filter(isRed)).toEqual(['failed', 'blocked', 'attention']);
});
