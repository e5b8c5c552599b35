import { describe, expect, test } from 'vitest';
import {
  decideOutcome,
  type Ending,
  isRed,
  type Outcome,
  outcomes,
  type Reason,
} from '../../src/core/outcome.ts';
import type { StepStatus } from '../../src/core/step.ts';

const nothing: Ending = {
  cancelRequested: false,
  failure: null,
  refusal: null,
  leftBecause: null,
  stepStatuses: [],
  findingsAtOrAboveFailOn: 0,
  onlyLooks: false,
};

interface Row {
  readonly what: string;
  readonly ending: Partial<Ending>;
  readonly outcome: Outcome;
  readonly reason: Reason;
}

function row(
  what: string,
  ending: Partial<Ending>,
  outcome: Outcome,
  reason: Reason,
): Row {
  return { what, ending, outcome, reason };
}

const steps = (...stepStatuses: StepStatus[]) => ({ stepStatuses });

const table: Row[] = [
  row('a cancel', { cancelRequested: true }, 'cancelled', 'cancel-requested'),
  row('a failed check', { failure: 'check-failed' }, 'failed', 'check-failed'),
  row('a lost target', { failure: 'connection-failed' }, 'failed', 'connection-failed'),
  row('a failed step', steps('done', 'failed'), 'failed', 'step-failed'),
  row('a refusal', { refusal: 'unsafe-target' }, 'blocked', 'unsafe-target'),
  row('grave findings', { findingsAtOrAboveFailOn: 1 }, 'attention', 'findings'),
  row('carried over', steps('done', 'carried-over'), 'incomplete', 'deadline-reached'),
  row('stopped in time', steps('done', 'cancelled'), 'incomplete', 'deadline-reached'),
  row('all done', steps('done'), 'succeeded', 'completed'),
  row('some skipped', steps('skipped', 'done'), 'succeeded', 'completed'),
  row('a dry run', steps('planned'), 'succeeded', 'completed'),
  row('all skipped', steps('skipped'), 'nothing-to-do', 'no-work'),
  row('no steps', {}, 'nothing-to-do', 'no-work'),
];

test.each(table)('$what: $outcome ($reason)', ({ ending, outcome, reason }) => {
  expect(decideOutcome({ ...nothing, ...ending })).toEqual({ outcome, reason });
});

test.each([
  row('no steps', {}, 'succeeded', 'completed'),
  row('all skipped', steps('skipped'), 'succeeded', 'completed'),
  row('carried over', steps('done', 'carried-over'), 'failed', 'deadline-reached'),
  row('stopped in time', steps('done', 'cancelled'), 'failed', 'deadline-reached'),
  row(
    'carried over with findings',
    { findingsAtOrAboveFailOn: 1, ...steps('carried-over') },
    'failed',
    'deadline-reached',
  ),
])('of a task that only looks, $what: $outcome ($reason)', (given) => {
  const { ending, outcome, reason } = given;
  const only = { ...nothing, onlyLooks: true, ...ending };
  expect(decideOutcome(only)).toEqual({ outcome, reason });
});

test('every outcome is in the table', () => {
  expect(new Set(table.map(({ outcome }) => outcome))).toEqual(new Set(outcomes));
});

describe('where several hold, the first wins', () => {
  const pairs = table.flatMap((first, index) =>
    table.slice(index + 1).map((second) => ({ first, second })),
  );

  test.each(pairs)('$first.what and $second.what', ({ first, second }) => {
    const both = [second, first].map(({ ending }) => ending);
    const ending = Object.assign({}, nothing, ...both, {
      stepStatuses: both.flatMap(({ stepStatuses = [] }) => stepStatuses),
    });
    expect(decideOutcome(ending).outcome).toBe(first.outcome);
  });
});

test('failed, blocked and attention turn the job red, and nothing else does', () => {
  expect(outcomes.filter(isRed)).toEqual(['failed', 'blocked', 'attention']);
});
