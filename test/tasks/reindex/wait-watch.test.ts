import { expect, test } from 'vitest';
import { progressLine } from '../../../src/tasks/reindex/wait-watch.ts';

const nothing = {
  phase: null,
  isWaiting: false,
  blocker: null,
  isOwnBlocker: false,
  isVacuumWaiting: false,
  holder: null,
  lockersTotal: 0,
  lockersDone: 0,
  blocksTotal: 0,
  blocksDone: 0,
  tuplesTotal: 0,
  tuplesDone: 0,
};

const holder = {
  pid: 4711,
  user: 'analyst',
  application: 'report',
  state: 'active',
  seconds: 90,
  backendStart: null,
  prepared: null,
};

test.each([
  [{}, 'waiting for its lock'],
  [{ phase: 'initializing' }, 'initializing'],
  [
    { phase: 'building index: scanning table', blocksTotal: 1000, blocksDone: 250 },
    'building index: scanning table, 25 % of this phase, about 30 s for the rest of it',
  ],
  [
    { phase: 'building index: sorting live tuples', tuplesTotal: 10, tuplesDone: 0 },
    'building index: sorting live tuples, 0 % of this phase',
  ],
  [
    {
      phase: 'waiting for old snapshots',
      isWaiting: true,
      lockersTotal: 2,
      lockersDone: 1,
      holder,
    },
    'waiting for old snapshots, 1 of 2 transactions waited for, waits for pid 4711 (report, user analyst), active for 1 min 30 s',
  ],
])('%j', (changes, expected) => {
  expect(progressLine({ ...nothing, ...changes }, 10)).toBe(expected);
});
