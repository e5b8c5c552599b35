import { expect, test } from 'vitest';
import { chooseBackup } from '../../../../src/tasks/backup-restore-test/series/choose.ts';
import { NoBackups } from '../../../../src/tasks/backup-restore-test/source/source.ts';
import { audit, series } from './make-series.ts';

const made = audit(
  series(3, (_, age) => (age === 1 ? { tail: 'cut' } : {})).toReversed(),
);
const inSeries = made.backups.map(({ backup }) => backup);
const listed = ['daily/one.dump', 'weekly/one.dump', 'weekly/other.dump'].map((key) => ({
  key,
  sizeBytes: 1,
  modifiedAt: new Date(0),
  etag: null,
}));
const all = { backups: made.backups, listed: [...inSeries, ...listed] };

test.each([
  ['newest', 'backup_20261130.dump'],
  ['backup_20261129.dump', 'backup_20261129.dump'],
  ['weekly/one.dump', 'weekly/one.dump'],
  ['other.dump', 'weekly/other.dump'],
])('%s is %s', (wanted, key) => {
  expect(chooseBackup(wanted, all).key).toBe(key);
});

test('a random one is a whole one', () => {
  const drawn = [0, 1].map((number) =>
    chooseBackup('random', all, (below) => {
      expect(below).toBe(2);
      return number;
    }),
  );
  expect(drawn.map(({ key }) => key)).toEqual([
    'backup_20261128.dump',
    'backup_20261130.dump',
  ]);
});

test.each([
  [
    'one.dump',
    /^Several backups are named one\.dump: daily\/one\.dump, weekly\/one\.dump\. Give/,
  ],
  [
    'backup_20261131.dump',
    /^There is no backup backup_20261131\.dump\. The nearest are backup_20261130\.dump, /,
  ],
])('%s is refused', (wanted, message) => {
  expect(() => chooseBackup(wanted, all)).toThrow(message);
});

test.each(['newest', 'random'])('%s of none is refused', (wanted) => {
  expect(() => chooseBackup(wanted, { backups: [], listed })).toThrow(NoBackups);
});
