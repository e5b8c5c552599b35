import { describe, expect, test } from 'vitest';
import {
  bySeverity,
  finding,
  findingKinds,
  isAtOrAbove,
  severities,
} from '../../src/core/finding.ts';

describe('a finding', () => {
  test('has the severity and remedy of its kind', () => {
    const { severity, whatToDo } = findingKinds['table-locked'];
    expect(finding('table-locked', 'public.trades', 'It was locked.')).toEqual({
      severity,
      code: 'table-locked',
      subject: 'public.trades',
      message: 'It was locked.',
      remedy: whatToDo,
    });
  });

  test('may know both better', () => {
    const better = { severity: 'high', remedy: 'Run: grant a to b' } as const;
    expect(finding('not-owner', 'role b', 'No.', better)).toMatchObject(better);
  });
});

test.each([
  ['critical', 'critical', true],
  ['high', 'critical', false],
  ['critical', 'high', true],
  ['high', 'high', true],
  ['medium', 'high', false],
  ['info', 'info', true],
  ['critical', 'never', false],
] as const)('%s with fail-on %s turns the job red: %s', (severity, failOn, red) => {
  expect(isAtOrAbove(severity, failOn)).toBe(red);
});

test('findings are read gravest first, then by code and subject', () => {
  const inOrder = [
    finding('xmin-horizon-held', 'slot b', '', { severity: 'critical' }),
    finding('no-such-table', 'public.a', ''),
    finding('no-such-table', 'public.b', ''),
    finding('starving', 'the window', ''),
    finding('invalid-index', 'public.a', ''),
    finding('not-checked', 'a', ''),
    finding('not-checked', 'a', '', { severity: 'info' }),
  ];
  expect(inOrder.toReversed().sort(bySeverity)).toEqual(inOrder);
});

test('each kind of finding says what it means and what to do', () => {
  for (const { severity, meaning, whatToDo } of Object.values(findingKinds)) {
    expect(severities).toContain(severity);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(whatToDo).toMatch(/^[A-Z].*\.$/);
  }
});
