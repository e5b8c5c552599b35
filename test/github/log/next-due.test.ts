import { expect, test } from 'vitest';
import { type LogState, stateAfter } from '../../../src/github/log/log-state.ts';
import { nextDue } from '../../../src/github/log/next-due.ts';
import { nightly, quiet } from './kept-log.ts';

const empty: LogState = {
  ...{ task: 'vacuum', target: 'matchbook', schedule: null, recent: [], carriedOver: [] },
};
const now = new Date('2026-11-09T03:00:00Z');

function after(nights: number[], schedule: string | null = null, changes = {}): LogState {
  return nights.reduce(
    (state, night) => stateAfter(state, nightly(night, changes), { url: null, schedule }),
    empty,
  );
}

test('a task is due as its schedule says', () => {
  const due = nextDue(after([1], '0 2 * * *'), now);
  expect(due).toEqual({ time: new Date('2026-11-10T02:00:00Z'), isEstimate: false });
});

test('a run that was started by hand does not make the schedule forgotten', () => {
  const state = stateAfter(after([1], '0 2 * * *'), nightly(2), {
    url: null,
    schedule: null,
  });
  expect(nextDue(state, now)?.isEstimate).toBe(false);
});

test.each([
  ['each night', [1, 2, 3, 4], '2026-11-05T02:07:00.000Z'],
  ['each week, and once more by hand', [1, 8, 9, 15, 22], '2026-11-29T02:07:00.000Z'],
])('without a schedule it is due as it used to run: %s', (_, nights, time) => {
  const due = nextDue(after(nights), now);
  expect(due?.time.toISOString()).toBe(time);
  expect(due?.isEstimate).toBe(true);
});

test('also after runs that found nothing to do', () => {
  const due = nextDue(after([1, 2, 3, 4], null, quiet), now);
  expect(due?.time.toISOString()).toBe('2026-11-05T02:07:00.000Z');
});

test.each([[[]], [[1]], [[1, 2]]])('nothing can be told of runs %j', (nights) => {
  expect(nextDue(after(nights), now)).toBeNull();
});

test('a schedule that names no time is as good as none', () => {
  expect(nextDue(after([1, 2, 3], 'every day'), now)?.isEstimate).toBe(true);
});
