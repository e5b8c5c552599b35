import { describe, expect, test } from 'vitest';
import {
  realRequirement,
  satisfiesNpm,
} from '../../../src/dependencies/npm/requirement.ts';

describe('a requirement', () => {
  test.each([
    ['1.2.3', ['1.2.3'], ['1.2.4']],
    ['^1.2.3', ['1.2.3', '1.9.0'], ['2.0.0', '1.2.2', '1.3.0-beta']],
    ['^0.2.3', ['0.2.9'], ['0.3.0']],
    ['~1.2', ['1.2.9'], ['1.3.0']],
    ['1.x', ['1.9.9'], ['2.0.0']],
    ['1.2.3 - 2', ['2.9.9'], ['3.0.0', '1.2.2']],
    ['>=1.2 <2 || ^3.0.0', ['1.5.0', '3.1.0'], ['2.0.0']],
    ['>= 1.2.3', ['1.2.3'], ['2.0.0-rc.1']],
    ['', ['1.0.0', '2.0.0-rc.1'], []],
    ['*', ['1.0.0', '2.0.0-rc.1'], ['main']],
    ['v1.2.3', ['1.2.3'], []],
    ['npm:ms@^0.7.0', ['0.7.3'], ['1.0.0']],
    ['npm:@scope/ms@~1.2.0', ['1.2.9'], ['1.3.0']],
    ['npm:ms', ['5.0.0'], []],
    ['workspace:*', ['1.0.0'], []],
    ['workspace:^', ['1.0.0'], []],
    ['workspace:^1.2.0', ['1.3.0'], ['2.0.0']],
    ['latest', [], ['1.0.0']],
    ['npm:ms@next', [], ['1.0.0']],
    ['github:o/r#semver:^1.0.0', [], ['1.0.0']],
    ['o/r', [], ['1.0.0']],
    ['file:../ms', [], ['1.0.0']],
    ['https://example.com/ms-1.0.0.tgz', [], ['1.0.0']],
    [`${'1.0.0 || '.repeat(100_000)}1.0.0`, [], ['1.0.0']],
  ])('of %j takes %j, and not %j', (requirement, taken, refused) => {
    expect(taken.filter((version) => !satisfiesNpm(version, requirement))).toEqual([]);
    expect(refused.filter((version) => satisfiesNpm(version, requirement))).toEqual([]);
  });

  test.each([
    ['^1.0.0', { package: null, range: '^1.0.0' }],
    [' ', { package: null, range: '*' }],
    ['npm:ms@^0.7.0', { package: 'ms', range: '^0.7.0' }],
    ['npm:@scope/ms', { package: '@scope/ms', range: '*' }],
    ['npm:@scope/ms@next', { package: '@scope/ms', range: null }],
    ['workspace:~', { package: null, range: '*' }],
    ['workspace:lib@^1.0.0', { package: 'lib', range: '^1.0.0' }],
    ['git+https://github.com/o/r.git', { package: null, range: null }],
    ['next', { package: null, range: null }],
  ])('of %j is really for %j', (requirement, expected) => {
    expect(realRequirement(requirement)).toEqual(expected);
  });
});
