import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  isCompatibleUpdate,
  isPrerelease,
} from '../../src/dependencies/version.ts';

describe('versions', () => {
  test('stand in the order of SemVer, what is no version before them', () => {
    const sorted = [
      '',
      'not a version',
      '0.9.0',
      '1.0.0-alpha',
      '1.0.0-alpha.2',
      '1.0.0-alpha.10',
      '1.0.0-beta',
      '1.0.0',
      '1.2.0',
      '1.10.0',
      '300.1.0+3.1.0',
    ];
    expect(sorted.toReversed().sort(compareVersions)).toEqual(sorted);
    expect(sorted.toSorted(() => 1).sort(compareVersions)).toEqual(sorted);
  });

  test('differ in nothing by their build metadata', () => {
    expect(compareVersions('300.1.0+3.1.0', '300.1.0+3.1.1')).toBe(0);
  });

  test.each([
    ['1.0.0-rc.1', true],
    ['1.0.0', false],
    ['1.0.0+build-1', false],
    ['main', false],
  ])('%s is a pre-release: %s', (version, expected) => {
    expect(isPrerelease(version)).toBe(expected);
  });
});

describe('an update', () => {
  test.each([
    ['1.2.3', '1.9.0', true],
    ['1.2.3', '1.2.3', true],
    ['1.2.3', '2.0.0', false],
    ['1.2.3', '1.2.2', false],
    ['0.2.3', '0.2.9', true],
    ['0.2.3', '0.3.0', false],
    ['0.0.3', '0.0.4', false],
    ['0.9.0', '1.0.0', false],
    ['1.2.3', '1.3.0-beta.1', false],
    ['1.2.3', '2.0.0-beta.1', false],
    ['1.0.0-beta.1', '1.0.0-beta.2', true],
    ['1.0.0-beta.1', '1.1.0', true],
    ['300.1.0+3.1.0', '300.2.0+3.2.0', true],
    ['1.2', '1.3.0', null],
    ['1.2.3', 'main', null],
    ['1.2.3', `1.${'9'.repeat(300)}.0`, null],
  ])('from %s to %s is compatible: %s', (from, to, expected) => {
    expect(isCompatibleUpdate(from, to)).toBe(expected);
  });
});
