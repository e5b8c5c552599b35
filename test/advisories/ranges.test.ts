import { describe, expect, test } from 'vitest';
import type { OsvEcosystem } from '../../src/advisories/advisory.ts';
import { affectedCheck } from '../../src/advisories/ranges.ts';
import { readRecord } from '../../src/advisories/record.ts';
import { made } from './records.ts';

type Event = Readonly<Record<string, string>>;

function check(
  events: readonly Event[] | undefined,
  affected: object = {},
  ecosystem: OsvEcosystem = 'npm',
) {
  const record = readRecord(
    made('GHSA-1', { ecosystem, ...(events && { events }), affected }),
  );
  const [entry] = record?.affected ?? [];
  if (entry === undefined) throw new Error('the record was not read');
  return affectedCheck(entry, ecosystem);
}

describe.each<[string, Event[], string[], string[]]>([
  [
    'introduced and fixed',
    [{ introduced: '1.0.0' }, { fixed: '1.2.0' }],
    ['1.0.0', '1.1.9', '1.2.0-rc.1', '1.1.0+build.7', 'v1.1.0'],
    ['0.9.9', '1.0.0-rc.1', '1.2.0', '1.2.0+build', '2.0.0'],
  ],
  ['introduced at 0', [{ introduced: '0' }], ['0.0.0-0', '0.0.0', '99.0.0-a'], []],
  [
    'introduced at 0.0.0-0',
    [{ introduced: '0.0.0-0' }, { fixed: '0.9.0' }],
    ['0.0.0-0', '0.0.1', '0.9.0-alpha'],
    ['0.9.0'],
  ],
  [
    'last affected',
    [{ introduced: '0' }, { last_affected: '2.3.4' }],
    ['2.3.4', '2.3.4-beta', '2.3.4+x'],
    ['2.3.5-0', '2.3.5'],
  ],
  [
    'a tie: what is introduced and fixed at once is fixed',
    [{ introduced: '0.23.13' }, { fixed: '0.23.5' }, { introduced: '0.23.5' }],
    ['0.23.13'],
    ['0.23.5', '0.23.12'],
  ],
  [
    'a tie in the other order',
    [
      { introduced: '0' },
      { fixed: '1.0.0' },
      { fixed: '2.0.0' },
      { introduced: '2.0.0' },
    ],
    ['0.1.0'],
    ['1.0.0', '2.0.0', '2.0.1'],
  ],
  [
    'one version alone',
    [{ introduced: '1.5.0' }, { last_affected: '1.5.0' }],
    ['1.5.0'],
    ['1.4.9', '1.5.1'],
  ],
  [
    'several intervals, out of order',
    [
      { fixed: '2.1.0' },
      { introduced: '2.0.0' },
      { fixed: '1.1.0' },
      { introduced: '0' },
    ],
    ['1.0.0', '2.0.5'],
    ['1.1.0', '1.9.9', '2.1.0'],
  ],
  [
    'a limit',
    [{ introduced: '1.0.0' }, { limit: '2.0.0' }],
    ['1.5.0'],
    ['2.0.0', '3.0.0'],
  ],
  [
    'a limit that is none',
    [{ introduced: '1.0.0' }, { limit: '*' }],
    ['9.0.0'],
    ['0.9.0'],
  ],
  ['no beginning', [{ fixed: '1.0.0' }], ['0.1.0'], ['1.0.0']],
  [
    'short bounds',
    [{ introduced: '1' }, { fixed: '1.2' }],
    ['1.0.0', '1.1.9'],
    ['1.2.0', '0.9.0'],
  ],
  [
    'an end that cannot be read',
    [{ introduced: '1.0.0' }, { fixed: '?' }],
    ['9.0.0'],
    [],
  ],
  [
    'a beginning that cannot be read',
    [{ introduced: '?' }, { fixed: '1.0.0' }],
    ['0.1.0'],
    [],
  ],
])('%s', (_, events, inside, outside) => {
  const affects = check(events);
  test.each(inside)('concerns %s', (version) => expect(affects(version)).toBe(true));
  test.each(outside.map((one) => [one]))('leaves out %s', (version) => {
    expect(affects(version)).toBe(false);
  });
});

test('SEMVER compares numbers as numbers, and pre-releases by their parts', () => {
  const affects = check([{ introduced: '1.0.0-beta.2' }, { fixed: '1.0.0-beta.11' }]);
  expect(affects('1.0.0-beta.9')).toBe(true);
  expect(affects('1.0.0-beta.11')).toBe(false);
  expect(affects('1.0.0-alpha')).toBe(false);
});

describe('the bound that only GHSA has', () => {
  const hint = (range: unknown, events: Event[] = [{ introduced: '0' }]) =>
    check(events, { database_specific: { last_known_affected_version_range: range } });

  test.each([
    ['<= 4.17.20', '4.17.20', '4.17.21'],
    ['< 4.17.21', '4.17.20', '4.17.21'],
    ['=1.0.0', '1.0.0', '1.0.1'],
  ])('%s closes an open range', (range, inside, outside) => {
    expect(hint(range)(inside)).toBe(true);
    expect(hint(range)(outside)).toBe(false);
  });

  test('does not move an end that the range has', () => {
    const affects = hint('<= 1.0.0', [{ introduced: '0' }, { fixed: '2.0.0' }]);
    expect(affects('1.5.0')).toBe(true);
  });

  test.each([['soon'], [7], ['<= ?']])('%s closes nothing', (range) => {
    expect(hint(range)('99.0.0')).toBe(true);
  });
});

describe('what is left open errs to telling', () => {
  test('neither ranges nor versions: all are meant', () => {
    expect(check(undefined)('1.0.0')).toBe(true);
  });

  test('commits cannot be compared', () => {
    const ranges = [{ type: 'GIT', events: [{ introduced: '0' }, { fixed: 'abc' }] }];
    expect(check(undefined, { ranges })('1.0.0')).toBe(true);
    expect(check(undefined, { ranges, versions: ['1.0.0'] })('1.0.1')).toBe(false);
  });

  test.each([['1.2.3.4'], ['banana'], [''], ['9'.repeat(400)]])(
    '%.12s cannot be compared',
    (version) => {
      expect(check([{ introduced: '1.0.0' }, { fixed: '1.2.0' }])(version)).toBe(true);
      expect(check(undefined, { versions: ['1.0.0'] })(version)).toBe(false);
    },
  );
});

test('versions that are named one by one count beside the ranges', () => {
  const affects = check([{ introduced: '1.0.0' }, { fixed: '1.1.0' }], {
    versions: ['3.0.0', '300.1.0+3.1.0'],
  });
  expect(affects('3.0.0')).toBe(true);
  expect(affects('300.1.0+3.1.4')).toBe(true);
  expect(affects('1.0.5')).toBe(true);
  expect(affects('3.0.1')).toBe(false);
});

describe('refs of actions', () => {
  const check4 = (...events: Event[]) => check(events, {}, 'GitHub Actions');

  test.each<[string, boolean, Event[]]>([
    ['v4.1.2', true, [{ introduced: '4.0.0' }, { fixed: '4.1.3' }]],
    ['4.1.3', false, [{ introduced: '4.0.0' }, { fixed: '4.1.3' }]],
    // A moving tag has been moved on to the fix …
    ['v4', false, [{ introduced: '4.0.0' }, { fixed: '4.1.3' }]],
    ['v4.1', false, [{ introduced: '4.0.0' }, { fixed: '4.1.3' }]],
    ['main', false, [{ introduced: '4.0.0' }, { fixed: '4.1.3' }]],
    // … if the fix is one of its line.
    ['v4.1', true, [{ introduced: '4.0.0' }, { fixed: '4.2.0' }]],
    ['v45', true, [{ introduced: '0' }, { fixed: '46.0.1' }]],
    ['v46', false, [{ introduced: '0' }, { fixed: '46.0.1' }]],
    ['v3', false, [{ introduced: '4.0.0' }]],
    // Nobody knows of a fix: it may still be on the last that is known.
    ['v4', true, [{ introduced: '4.0.0' }, { last_affected: '4.2.1' }]],
    ['v4.2', true, [{ introduced: '4.0.0' }, { last_affected: '4.2.1' }]],
    ['v5', false, [{ introduced: '4.0.0' }, { last_affected: '4.2.1' }]],
    ['main', true, [{ introduced: '4.0.0' }, { last_affected: '4.2.1' }]],
    ['main', true, [{ introduced: '4.0.0' }]],
    // A commit stands for what nobody knows.
    ['a'.repeat(40), true, [{ introduced: '4.0.0' }, { fixed: '4.1.3' }]],
  ])('%s: %s for %j', (ref, isAffected, events) => {
    expect(check4(...events)(ref)).toBe(isAffected);
  });

  test('of versions that are named, any of the line counts', () => {
    const affects = check(undefined, { versions: ['v1.2.3'] }, 'GitHub Actions');
    expect(affects('v1')).toBe(true);
    expect(affects('1.2.3')).toBe(true);
    expect(affects('v1.3')).toBe(false);
  });
});
