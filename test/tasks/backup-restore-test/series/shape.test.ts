import { expect, test } from 'vitest';
import {
  groupByShape,
  shapeOf,
} from '../../../../src/tasks/backup-restore-test/series/shape.ts';

const backup = (key: string, sizeBytes = 1) => ({
  key,
  sizeBytes,
  modifiedAt: new Date(0),
  etag: null,
});

test.each([
  ['backup_20261101.dump', 'backup_20261102.dump'],
  ['2026/11/01/x.dump', '2026/1/21/x.dump'],
  ['backup_20261101_a1b2c3d4.dump', 'backup_20261102_0b0b0b0b.dump'],
  [
    'backup-b0a20261-1012-4abc-8f00-20261101a0b1.dump',
    'backup-ffffffff-ffff-4fff-8fff-ffffffffffff.dump',
  ],
  ['backup_Mon.dump', 'backup_thursday.dump'],
  ['2026-nov-01.dump', '2026-December-01.dump'],
])('%s and %s are of one shape', (one, other) => {
  expect(shapeOf(one)).toBe(shapeOf(other));
});

test.each([
  ['matchbook_20261101.dump', 'grafana_20261101.dump'],
  ['backup_20261101.dump', 'backup_20261101.dump.gpg'],
  ['daily/20261101.dump', 'weekly/20261101.dump'],
  ['monitor_1.dump', 'marker_1.dump'],
])('%s and %s are not', (one, other) => {
  expect(shapeOf(one)).not.toBe(shapeOf(other));
});

test('what lies beside backups is left out, and the largest group comes first', () => {
  const keys = [
    'a_1.dump',
    'a_1.dump.sha256',
    'a_1.dump.md5',
    'a_1.dump.asc',
    'a_1.json',
    'a_1.log',
    'manifest',
    'README.md',
    '.DS_Store',
    'folder/.keep',
    'c_1.dump.asc',
    'b_1.dump',
    'b_2.dump',
  ];
  const groups = groupByShape([...keys.map((key) => backup(key)), backup('d_1.dump', 9)]);
  expect(groups.map(({ backups }) => backups.map(({ key }) => key))).toEqual([
    ['b_1.dump', 'b_2.dump'],
    ['d_1.dump'],
    ['a_1.dump'],
    ['c_1.dump.asc'],
  ]);
});
