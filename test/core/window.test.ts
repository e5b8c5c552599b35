import { describe, expect, test } from 'vitest';
import { parseDeadline, Window } from '../../src/core/window.ts';

function read(text: string, now: string): string | undefined {
  return parseDeadline(text, new Date(now))?.toISOString();
}

const secondsAfter = (time: Date, seconds: number) =>
  new Date(time.getTime() + seconds * 1000);

describe('a deadline', () => {
  test.each(['2027-11-29T04:00:00Z', '30d', '999999999 weeks'])(
    'that lies as far ahead as %s is a typing error',
    (text) => {
      expect(parseDeadline(text, new Date('2026-11-29T02:00:00Z'))).toBeNull();
    },
  );

  test.each([
    ['04:00 has passed at 04:05', '04:00', '2026-11-29T04:05:00Z', '2026-11-29T04:00'],
    ['04:00 is near at 02:07', '04:00', '2026-11-29T02:07:30Z', '2026-11-29T04:00'],
    ['04:00 is tomorrow at 23:00', '04:00', '2026-11-29T23:00:00Z', '2026-11-30T04:00'],
    ['23:30 was yesterday at 00:10', '23:30', '2026-12-01T00:10:00Z', '2026-11-30T23:30'],
    ['04:00 has passed at 15:59', '04:00', '2026-11-29T15:59:59Z', '2026-11-29T04:00'],
    ['04:00 is tomorrow at 16:01', '04:00', '2026-11-29T16:01:00Z', '2026-11-30T04:00'],
    ['20:00 is near at 19:00', '20:00', '2026-11-29T19:00:00Z', '2026-11-29T20:00'],
    ['4:00 needs no leading zero', '4:00', '2026-11-29T02:00:00Z', '2026-11-29T04:00'],
    ['00:00 is the end of the day', '00:00', '2026-12-31T22:00:00Z', '2027-01-01T00:00'],
  ])('of %s', (_, text, now, deadline) => {
    expect(read(text, now)).toBe(`${deadline}:00.000Z`);
  });

  test.each([
    ['2026-06-02T04:00:00Z', '2026-06-02T04:00:00.000Z'],
    ['2026-06-02T04:00:00+01:00', '2026-06-02T03:00:00.000Z'],
    ['2026-06-02 04:00:00.5z', '2026-06-02T04:00:00.500Z'],
    ['2024-02-29T04:00:00Z', '2024-02-29T04:00:00.000Z'],
    ['90m', '2026-06-01T13:30:00.000Z'],
    ['36h', '2026-06-03T00:00:00.000Z'],
  ])('may be written %s', (text, deadline) => {
    expect(read(text, '2026-06-01T12:00:00Z')).toBe(deadline);
  });

  test.each([
    ...['24:00', '04:60', '4', '04:00:00', '04.00', 'tomorrow', '04:00 CET', '-90m'],
    ...['2026-11-29', '2026-11-29T04:00:00', '2026-13-01T04:00:00Z'],
    ...['2026-02-30T04:00:00Z', '2026-11-31T04:00:00Z'],
  ])('is never %s', (text) => {
    expect(read(text, '2026-06-01T12:00:00Z')).toBeUndefined();
  });
});

describe('a window', () => {
  const start = new Date('2026-11-29T02:00:00Z');

  test('ends at its deadline, however late the run started', () => {
    const deadline = secondsAfter(start, 3600);
    for (const startedAt of [start, secondsAfter(start, 3000)]) {
      const window = new Window(deadline, startedAt);
      expect(window.isClosed(secondsAfter(deadline, -1))).toBe(false);
      expect(window.isClosed(deadline)).toBe(true);
      expect(window.isClosed(secondsAfter(deadline, 1))).toBe(true);
    }
  });

  test.each([
    ['an hour', 3600, 10],
    ['a minute', 60, 6],
    ['two seconds', 2, 0.2],
  ])('of %s keeps some of it for cleaning up', (_, seconds, reserve) => {
    const window = new Window(secondsAfter(start, seconds), start);
    expect(window.timeLeftMs(start)).toBeCloseTo((seconds - reserve) * 1000, 6);
  });

  test('has no time left, rather than less than none', () => {
    const deadline = secondsAfter(start, 3600);
    const window = new Window(deadline, start);
    expect(window.timeLeftMs(secondsAfter(deadline, -5))).toBe(0);
    expect(window.timeLeftMs(secondsAfter(deadline, 60))).toBe(0);
  });

  test('that was closed from the start has no time left', () => {
    expect(new Window(secondsAfter(start, -60), start).timeLeftMs(start)).toBe(0);
  });

  test('without a deadline never closes', () => {
    const window = new Window(null, start);
    expect(window.isClosed(secondsAfter(start, 1e9))).toBe(false);
    expect(window.timeLeftMs(secondsAfter(start, 1e9))).toBeNull();
  });
});
