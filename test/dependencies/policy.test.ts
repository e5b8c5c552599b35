import { describe, expect, test } from 'vitest';
import { covers, isInForce, noPolicy } from '../../src/dependencies/policy.ts';
import { parsePolicy } from '../../src/dependencies/policy-file.ts';

const path = '.github/dependency-policy.yml';
const whole = `
exceptions:
  - advisory: RUSTSEC-2023-0071
    reason: no private key is used where time can be measured
    expires: 2027-01-31
  - package: left-pad
    code: deprecated
    reason: to be replaced with the next release
    expires: 2026-12-31
fix-within: { critical: 1 day, high: 3 days }
bundled: [actions/deploy]
allow: [docker]
`;

test('A policy is read, with the limits that it leaves out', () => {
  const policy = parsePolicy(whole, path);
  expect(policy.exceptions).toHaveLength(2);
  expect(policy['fix-within']).toEqual({
    critical: 86_400_000,
    high: 3 * 86_400_000,
    medium: 30 * 86_400_000,
    low: 90 * 86_400_000,
  });
  expect(policy).toMatchObject({ bundled: ['actions/deploy'], allow: ['docker'] });
});

test.each(['', '# nothing yet\n\n  # really\n'])('%j excuses nothing', (text) => {
  expect(parsePolicy(text, path)).toEqual(noPolicy);
});

test.each([
  ['an unknown key', 'exeptions: []', 'exeptions'],
  [
    'a missing expiry',
    'exceptions: [{advisory: RUSTSEC-1, reason: because}]',
    'a date such as 2027-01-31 is expected',
  ],
  [
    'a missing reason',
    'exceptions: [{advisory: RUSTSEC-1, expires: 2027-01-01}]',
    'a text is expected',
  ],
  [
    'an exception from everything',
    'exceptions: [{reason: because, expires: 2027-01-01}]',
    'advisory or package is missing',
  ],
  [
    'a package excused from everything',
    'exceptions: [{package: a, reason: because, expires: 2027-01-01}]',
    'code must say what is excused',
  ],
  [
    'a package excused from being malicious',
    'exceptions: [{package: a, code: malicious, reason: because, expires: 2027-01-01}]',
    'is expected',
  ],
  ['a date that is none', `${whole.replace('2027-01-31', '2027-02-31')}`, 'a date'],
  ['an ecosystem that is never allowed', 'allow: [github-actions]', 'only docker'],
  ['what is no YAML', 'exceptions: [', path],
])('%s is an error that says where', (_, text, message) => {
  expect(() => parsePolicy(text, path)).toThrow(message);
});

describe('an exception', () => {
  const [advisory, left] = parsePolicy(whole, path).exceptions;
  const found = { code: 'vulnerable', package: 'rsa', version: '0.9.6' };

  test.each([
    ['by its id', { ...found, advisory: 'RUSTSEC-2023-0071' }, true],
    [
      'by an alias',
      { ...found, advisory: 'GHSA-1', aliases: ['RUSTSEC-2023-0071'] },
      true,
    ],
    ['another one', { ...found, advisory: 'RUSTSEC-2023-0072' }, false],
    [
      'of a malicious package',
      { ...found, code: 'malicious', advisory: 'RUSTSEC-2023-0071' },
      false,
    ],
  ])('covers an advisory %s', (_, one, expected) => {
    expect(advisory && covers(advisory, one)).toBe(expected);
  });

  test.each([
    ['deprecated', 'left-pad', true],
    ['vulnerable', 'left-pad', false],
    ['deprecated', 'right-pad', false],
  ])('covers %s of %s: %s', (code, name, expected) => {
    const one = { code, package: name, version: '1.0.0' };
    expect(left && covers(left, one)).toBe(expected);
  });

  test('holds to the end of its last day', () => {
    const at = (time: string) => left && isInForce(left, new Date(time));
    expect(at('2026-12-31T23:59:59Z')).toBe(true);
    expect(at('2027-01-01T00:00:00Z')).toBe(false);
  });
});
