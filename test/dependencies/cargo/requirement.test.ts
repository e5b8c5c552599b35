import { describe, expect, test } from 'vitest';
import { satisfiesCargo } from '../../../src/dependencies/cargo/requirement.ts';

describe('a requirement of cargo', () => {
  // Each row was answered the same by the crate `semver` 1.0.28, which cargo uses.
  test.each([
    // A bare version is a caret range.
    ['1.2.3', ['1.2.3', '1.9.0'], ['1.2.2', '2.0.0', '1.3.0-rc.1']],
    ['0.2.3', ['0.2.3', '0.2.9'], ['0.2.2', '0.3.0']],
    ['0.0.3', ['0.0.3'], ['0.0.2', '0.0.4']],
    ['0.0', ['0.0.0', '0.0.9'], ['0.1.0']],
    ['0', ['0.0.0', '0.9.0'], ['1.0.0']],
    ['^1.2', ['1.2.0', '1.9.9'], ['1.1.9', '2.0.0']],
    // A tilde leaves open what is not given.
    ['~1.2.3', ['1.2.3', '1.2.9'], ['1.3.0']],
    ['~1', ['1.0.0', '1.9.0'], ['2.0.0']],
    // Exact ones leave it open as well.
    ['=1.2.3', ['1.2.3', '1.2.3+4.5.6'], ['1.2.4']],
    ['=1.2', ['1.2.0', '1.2.9'], ['1.3.0']],
    ['=300.1.0+3.1.0', ['300.1.0+3.1.0', '300.1.0'], ['300.1.1']],
    // Inequalities with fewer numbers.
    ['>1.2', ['1.3.0'], ['1.2.0', '1.2.9']],
    ['<=1.2', ['1.2.9', '0.1.0'], ['1.3.0']],
    ['>=0.11, <0.14', ['0.11.0', '0.13.9'], ['0.10.0', '0.14.0']],
    ['>= 1.2.3,<2', ['1.2.3'], ['2.0.0']],
    // Wildcards.
    ['*', ['0.0.0', '9.9.9'], ['1.0.0-alpha']],
    ['1.*', ['1.0.0', '1.9.9'], ['2.0.0', '0.9.0']],
    ['1.2.x', ['1.2.9'], ['1.3.0']],
    ['>=1.*', ['1.0.0', '2.0.0'], ['0.9.9']],
    // A pre-release only where one of the same version is named.
    [
      '1.0.0-alpha.2',
      ['1.0.0-alpha.2', '1.0.0-beta', '1.0.0', '1.9.0'],
      ['1.0.0-alpha.1', '1.1.0-beta'],
    ],
    ['>=0.9, <1.0.0-rc.2', ['0.9.0', '1.0.0-rc.1'], ['0.9.5-rc.1', '1.0.0']],
    ['=1.0.0-rc.1', ['1.0.0-rc.1'], ['1.0.0-rc.2', '1.0.0']],
  ])('%s', (requirement, fitting, others) => {
    const fits = (version: string) => satisfiesCargo(version, requirement);
    expect(fitting.filter((version) => !fits(version))).toEqual([]);
    expect(others.filter(fits)).toEqual([]);
  });

  test.each([
    '',
    '1.0 || 2.0',
    '1.0 - 2.0',
    '>=1.0 <2.0',
    '1,',
    '*, 1',
    '1.*.3',
    '01.2',
    'latest',
    'v1.2.3',
    '1.2-rc.1',
    `1.${'9'.repeat(1000)}`,
    `1${', 1'.repeat(1_000_000)}`,
    '>'.repeat(1_000_000),
  ])('that cargo does not take fits nothing (%#)', (requirement) => {
    expect(satisfiesCargo('1.2.3', requirement)).toBe(false);
  });

  test.each(['', '1', '1.2', 'v', '1.2.3.4', '1'.repeat(1_000_000)])(
    'takes no version that is none (%#)',
    (version) => {
      expect(satisfiesCargo(version, '*')).toBe(false);
    },
  );
});
