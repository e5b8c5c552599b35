import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { commonInputs } from '../../src/core/common-inputs.ts';
import {
  ageMs,
  byteSize,
  choice,
  deadline,
  durationMs,
  flag,
  share,
  wholeNumber,
} from '../../src/core/input-kinds.ts';
import { readInputs, Unreadable } from '../../src/core/inputs.ts';

const about = { description: 'What it means.' };

describe('a flag', () => {
  test.each([
    ['true', true],
    ['True', true],
    ['false', false],
    ['FALSE', false],
  ])('%s is %s', (text, value) => {
    expect(flag(about).parse(text)).toBe(value);
  });

  test.each(['yes', 'no', '1', '0', 'on', 'truee'])('is not %s', (text) => {
    expect(() => flag(about).parse(text)).toThrow(Unreadable);
  });
});

test('a choice is one of its list, exactly', () => {
  const kind = choice(['never', 'always'], about);
  expect(kind.parse('never')).toBe('never');
  expect(() => kind.parse('Never')).toThrow(Unreadable);
  expect(kind.allowed).toBe('`never`, `always`');
});

describe('a whole number', () => {
  const kind = wholeNumber({ ...about, min: 1, max: 32 });

  test.each(['1', '32'])('may be %s', (text) => {
    expect(kind.parse(text)).toBe(Number(text));
  });

  test.each(['0', '33', '-1', '1.5', '2e1', '0x10', 'two', '1 '])('is not %j', (text) => {
    expect(() => kind.parse(text)).toThrow(Unreadable);
  });
});

test('a timeout of 0 is refused: to PostgreSQL it would mean none at all', () => {
  expect(durationMs(about).parse('5s')).toBe(5000);
  expect(() => durationMs(about).parse('0s')).toThrow(Unreadable);
  expect(() => durationMs(about).parse('5')).toThrow(Unreadable);
});

test('an age has no limits but that of time', () => {
  expect(ageMs(about).parse('0s')).toBe(0);
  expect(ageMs(about).parse('90 days')).toBe(90 * 86_400_000);
  expect(() => ageMs(about).parse('a week')).toThrow(Unreadable);
  expect(() => ageMs(about).parse('-1 days')).toThrow(Unreadable);
});

test('sizes and shares are read in their units', () => {
  expect(byteSize(about).parse('10MB')).toBe(10 * 1024 ** 2);
  expect(() => byteSize(about).parse('10')).toThrow(Unreadable);
  expect(share(about).parse('0%')).toBe(0);
  expect(() => share(about).parse('0.5')).toThrow(Unreadable);
});

describe('a deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-11-29T02:00:00Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is the moment that it means now', () => {
    const read = (text: string) => deadline(about).parse(text).toISOString();
    expect(read('04:00')).toBe('2026-11-29T04:00:00.000Z');
    expect(read('90m')).toBe('2026-11-29T03:30:00.000Z');
    expect(() => read('4 am')).toThrow(Unreadable);
  });
});

test('every action changes something, without an end, and fails on high findings', async () => {
  expect(await readInputs(commonInputs, () => '')).toEqual({
    'dry-run': false,
    deadline: null,
    'fail-on': 'high',
    summary: 'always',
    target: null,
    'log-issue': 'auto',
    'log-repository': null,
    'github-token': null,
  });
});

test('the defaults of the common inputs are among what they allow', async () => {
  const given = (name: string) =>
    (commonInputs as Record<string, { default?: string }>)[name]?.default ?? '';
  await expect(readInputs(commonInputs, given)).resolves.toBeDefined();
});
