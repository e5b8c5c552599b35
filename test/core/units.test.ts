import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatSeconds,
  formatShare,
  formatTime,
} from '../../src/core/units.ts';

test.each([
  [0, '0'],
  [999, '999'],
  [1_234_567, '1,234,567'],
  [49.6, '50'],
])('%d as a count is %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [0, '0 %'],
  [0.004, '0.4 %'],
  [0.01, '1 %'],
  [0.412, '41 %'],
  [1, '100 %'],
  [1.5, '150 %'],
])('%d as a share is %s', (share, text) => {
  expect(formatShare(share)).toBe(text);
});

test.each([
  [0, '0 ms'],
  [0.0124, '12 ms'],
  [0.9994, '999 ms'],
  [0.9996, '1.0 s'],
  [1.23, '1.2 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [38.2, '38 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [250, '4 min 10 s'],
  [3599.6, '1 h 00 min'],
  [3900, '1 h 05 min'],
  [7199, '2 h 00 min'],
  [90_000, '25 h 00 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 kB'],
  [8192, '8.0 kB'],
  [1536 * 1024, '1.5 MB'],
  [150 * 1024 ** 2, '150 MB'],
  [20 * 1024 ** 3, '20.0 GB'],
  [3 * 1024 ** 4, '3.0 TB'],
  [5000 * 1024 ** 4, '5000 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  ['2026-11-29T04:00:00Z', '04:00 UTC'],
  ['2026-11-29T23:59:59Z', '23:59 UTC'],
  ['2026-11-30T04:00:00Z', '2026-11-30 04:00 UTC'],
])('%s, seen from 29 November, is %s', (time, text) => {
  expect(formatTime(new Date(time), new Date('2026-11-29T00:00:00Z'))).toBe(text);
});
