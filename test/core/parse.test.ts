import { expect, test } from 'vitest';
import { parseBytes, parseDurationMs, parseShare } from '../../src/core/parse.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['0s', 0],
  ['1.5s', 1500],
  ['90m', 90 * minute],
  ['90min', 90 * minute],
  ['36h', 36 * 60 * minute],
  ['2d', 2 * day],
  ['1w', 7 * day],
  ['1 second', 1000],
  ['30 minutes', 30 * minute],
  ['1 hour', 60 * minute],
  ['90 days', 90 * day],
  ['2 weeks', 14 * day],
])('the duration %s is %d ms', (text, milliseconds) => {
  expect(parseDurationMs(text)).toBe(milliseconds);
});

test.each([
  ...['', '30', 's', '-5s', '+5s', '5 lightyears', '5S', '1h30m', '1e3s', '.5s', '5  s'],
  ...[' 5s', '5s\n', '5 constructor'],
])('%j is no duration', (text) => {
  expect(parseDurationMs(text)).toBeNull();
});

test.each([
  ['512B', 512],
  ['8kB', 8192],
  ['10MB', 10 * 1024 ** 2],
  ['1 GB', 1024 ** 3],
  ['1.5GB', 1.5 * 1024 ** 3],
  ['2TB', 2 * 1024 ** 4],
])('the size %s is %d bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each([
  ...['', '10', 'MB', '-1MB', '10mb', '10KB', '10MiB', '10 M B'],
  ...['1 constructor', '1 toString'],
])('%j is no size', (text) => {
  expect(parseBytes(text)).toBeNull();
});

test.each([
  ['0%', 0],
  ['30%', 0.3],
  ['12.5 %', 0.125],
  ['100%', 1],
])('the share %s is %d', (text, share) => {
  expect(parseShare(text)).toBe(share);
});

test.each(['', '30', '0.3', '%', '-1%', '101%', '100.1%', '30 percent'])(
  '%j is no share',
  (text) => {
    expect(parseShare(text)).toBeNull();
  },
);
