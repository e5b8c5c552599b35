import { expect, test } from 'vitest';
import { type Depth, depths } from '../../../src/tasks/backup-restore-test/inputs.ts';
import { locksOf, phasesFor } from '../../../src/tasks/backup-restore-test/phases.ts';

const local = { isRemote: false, isEncrypted: false };
const remote = { isRemote: true, isEncrypted: false };
const encrypted = { isRemote: true, isEncrypted: true };

test.each<[Depth, typeof local, string]>([
  ['series', encrypted, ''],
  ['archive', local, 'decode'],
  ['archive', remote, 'download decode'],
  ['schema', remote, 'download decode restore prove'],
  ['full', local, 'decode restore prove'],
  ['full', encrypted, 'download decrypt decode restore prove'],
])('depth %s, %o: %s', (depth, place, phases) => {
  expect(phasesFor(depth, place).join(' ')).toBe(phases);
});

test('each depth includes the one before', () => {
  const all = depths.map((depth) => phasesFor(depth, remote));
  for (const [index, phases] of all.entries()) {
    expect(phases).toEqual(expect.arrayContaining(all[index - 1] ?? []));
  }
});

test('a file is decoded while it is restored, and nothing else side by side', () => {
  const phases = phasesFor('full', encrypted);
  const sideBySide = phases.flatMap((a, index) =>
    phases
      .slice(index + 1)
      .filter((b) => !locksOf[a].some((lock) => locksOf[b].includes(lock)))
      .map((b) => `${a} and ${b}`),
  );
  expect(sideBySide).toEqual(['decode and restore']);
});
