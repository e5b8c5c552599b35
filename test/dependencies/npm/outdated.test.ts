import { describe, expect, test } from 'vitest';
import type { PublishedPackage } from '../../../src/dependencies/model.ts';
import { npmOutdated } from '../../../src/dependencies/npm/outdated.ts';

/** What the registry says: of each version, the Node.js that it needs, and if deprecated. */
function published(
  latest: string | null,
  versions: Record<string, [needs?: string | null, deprecated?: string]>,
): PublishedPackage {
  return {
    name: 'a',
    latest,
    versions: Object.entries(versions).map(([version, [needs, deprecated]]) => ({
      version,
      yanked: false,
      deprecated: deprecated ?? null,
      publishedAt: null,
      needs: needs ?? null,
      integrity: null,
      hasInstallScript: false,
      dependencies: [],
      features: {},
    })),
  };
}

/** Some versions of packages as the registry had them in November 2026. */
const vitest = published('5.1.1', {
  '3.2.4': ['^18.0.0 || ^20.0.0 || >=22.0.0'],
  '4.0.0': ['^20.0.0 || ^22.0.0 || >=24.0.0'],
  '4.1.12': ['^20.0.0 || ^22.0.0 || >=24.0.0'],
  '5.0.0-beta.1': ['^20.0.0 || ^22.0.0 || >=24.0.0'],
  '5.1.1': ['^22.12.0 || ^24.0.0 || >=26.0.0'],
});
const tsdown = published('0.23.7', {
  '0.21.10': ['>=20.19.0'],
  '0.22.5': ['^22.18.0 || >=24.11.0'],
  '0.22.14': ['^22.18.0 || >=24.11.0'],
  '0.23.7': ['^22.18.0 || ^24.11.0 || >=26.0.0'],
});
const rimraf = published('6.1.4', {
  '3.0.1': [null, 'no longer supported'],
  '3.0.2': [null, 'no longer supported'],
  '4.4.1': ['>=14'],
  '6.1.4': ['20 || >=22'],
});

// Wanted and latest are what npm 11 says of the same versions on the same Node.js.
describe('outdated', () => {
  test.each([
    ['vitest', '^4.0.0', '20.20.2', '4.1.12', '4.1.12'],
    ['vitest', '^4.0.0', '24.21.0', '4.1.12', '5.1.1'],
    ['vitest', '*', '20.20.2', '4.1.12', '4.1.12'],
    ['vitest', '>=3', '18.0.0', '3.2.4', '3.2.4'],
    ['vitest', '4.0.0', '18.0.0', '4.0.0', '3.2.4'],
    ['vitest', 'latest', '18.0.0', '5.1.1', '3.2.4'],
    ['vitest', '^5.0.0-beta.0', '24.21.0', '5.1.1', '5.1.1'],
    ['vitest', '^6.0.0', '24.21.0', null, '5.1.1'],
    ['vitest', 'npm:vitest@^3.0.0', '24.21.0', '3.2.4', '5.1.1'],
    ['vitest', 'beta', '24.21.0', null, '5.1.1'],
    ['vitest', 'github:vitest-dev/vitest', '24.21.0', null, '5.1.1'],
    ['tsdown', '^0.22.0', '20.20.2', '0.22.14', '0.21.10'],
    ['rimraf', '^3.0.0', '24.21.0', '3.0.2', '6.1.4'],
    ['rimraf', '>=3', '12.0.0', '3.0.2', '3.0.2'],
    ['rimraf', '<6', '18.0.0', '4.4.1', '4.4.1'],
  ] as const)('%s with %s, on %s', (name, requirement, engines, wanted, newest) => {
    const given = { vitest, tsdown, rimraf }[name];
    const question = { requirement, current: '0.1.0', published: given, engines };
    const { latest } = given;
    expect(npmOutdated(question)).toEqual(
      expect.objectContaining({ wanted, latest, newestForEngines: newest }),
    );
  });

  test('takes the version called the latest, although there is a newer one', () => {
    const given = published('2.0.0', { '1.0.0': [], '2.0.0': [], '2.1.0': [] });
    const question = { current: '1.0.0', published: given, engines: null };
    expect(npmOutdated({ ...question, requirement: '^2.0.0' }).wanted).toBe('2.0.0');
    expect(npmOutdated({ ...question, requirement: '^2.1.0' }).wanted).toBe('2.1.0');
  });

  test.each([
    ['20', '4.1.12'],
    ['v20.x', '4.1.12'],
    ['22', '5.1.1'],
    ['>=20', '4.1.12'],
    ['^18.17 || >=20', '3.2.4'],
    ['*', null],
    ['lts/iron', null],
    ['', null],
  ])('knows what runs on Node.js %j', (engines, expected) => {
    const question = { requirement: '*', current: '4.1.12', published: vitest, engines };
    expect(npmOutdated(question).newestForEngines).toBe(expected);
  });

  test.each([
    [
      'why the newest is not offered',
      vitest,
      '4.1.12',
      '20',
      '5.1.1 needs Node.js ^22.12.0 || ^24.0.0 || >=26.0.0, and the project has 20: there, npm takes 4.1.12 for the latest.',
    ],
    [
      'why an older one is offered',
      tsdown,
      '0.22.5',
      '20.20.2',
      '0.23.7 needs Node.js ^22.18.0 || ^24.11.0 || >=26.0.0, and the project has 20.20.2: there, npm takes 0.21.10 for the latest. 0.21.10 is older than the installed 0.22.5, which needs Node.js ^22.18.0 || >=24.11.0.',
    ],
    [
      'that none runs',
      published('1.0.0', { '1.0.0': ['>=30'] }),
      '1.0.0',
      '24.21.0',
      '1.0.0 needs Node.js >=30, and the project has 24.21.0: no version is said to run on that.',
    ],
    [
      'that a pre-release is in use',
      vitest,
      '6.0.0-beta.1',
      null,
      '5.1.1 is older than the installed 6.0.0-beta.1.',
    ],
    [
      'that the newest is deprecated',
      published('1.0.0', { '1.0.0': [null, 'use b'] }),
      '1.0.0',
      null,
      '1.0.0 is deprecated: use b',
    ],
    ['nothing, where all is as expected', vitest, '4.1.12', '24.21.0', null],
    ['nothing, where Node.js is not known', vitest, '4.1.12', null, null],
  ])('says %s', (_, given, current, engines, note) => {
    const question = { requirement: '*', current, published: given, engines };
    expect(npmOutdated(question).note).toBe(note);
  });

  test('is nothing of a package without versions', () => {
    const question = { requirement: '*', current: '1.0.0', engines: '20' };
    for (const latest of [null, '1.0.0']) {
      expect(npmOutdated({ ...question, published: published(latest, {}) })).toEqual({
        wanted: null,
        latest: null,
        newestForEngines: null,
        note: null,
      });
    }
  });
});
