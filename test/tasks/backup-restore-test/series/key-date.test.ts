import { expect, test } from 'vitest';
import { keyDateOf } from '../../../../src/tasks/backup-restore-test/series/key-date.ts';

const day = '2026-11-01';
const second = '2026-11-01T02:03:04';

test.each([
  ['postgres/backup_20261101.dump', day],
  ['backup20261101.dump', day],
  ['matchbook-2026-11-01.dump', day],
  ['2026.11.01.dump', day],
  ['2026/11/01/matchbook.dump', day],
  ['a/year=2026/month=11/day=01/x.dump', day],
  ['2026/11-01.dump', day],
  ['2026-11/01.dump', day],
  ['202611/01/x.dump', day],
  ['2026/11/01/backup-pg15.dump', day],
  ['moved-2020-05-05/backup_20261101.dump', day],
  ['backup_20261101_7.dump', day],
  ['backup_20261101_12345678.dump', day],
  ['20261101T020304Z.dump', second],
  ['20261101020304.dump', second],
  ['backup_2026-11-01_02-03-04.dump', second],
  ['2026-11-01T02:03:04.567Z.dump', second],
  ['2026-11-01T02:03:04+00:00.dump', second],
  ['2026-11-01T04:03:04+0200.dump', second],
  ['2026/11/01/020304.dump', second],
  ['backup-20261101-0203.dump', '2026-11-01T02:03:00'],
  ['202611010203.dump', '2026-11-01T02:03:00'],
  ['20261101T02.dump', '2026-11-01T02:00:00'],
  ['2026110102.dump', '2026-11-01T02:00:00'],
  ['backup-1793498584.dump', second],
  ['backup-1793498584000.dump', second],
  ['2026-11-01/1700000000.dump', day],
])('%s: %s', (key, written) => {
  const found = keyDateOf(key);
  const at = found?.at.toISOString() ?? '';
  expect(found?.hasTime ? at.slice(0, 19) : at.slice(0, 10)).toBe(written);
});

test.each([
  'latest.dump',
  'backup_20261301.dump',
  'backup_20260230.dump',
  'backup_19991101.dump',
  'backup_120261101.dump',
  'v2026.11.01/matchbook.dump',
  'pg-15.2026.11.01.dump',
  '2026-1101.dump',
  'order-5550001234.dump',
  'b0a20261-1012-4abc-8f00-20261101a0b1.dump',
  '9f3c20261101b7d2a4e85b0c.dump',
])('%s has no date', (key) => {
  expect(keyDateOf(key)).toBeNull();
});
