import { expect, test } from 'vitest';
import { isOwnTarball } from '../../../src/dependencies/npm/origin.ts';

test.each([
  ['ms', '2.1.3', 'https://registry.npmjs.org/ms/-/ms-2.1.3.tgz', true],
  ['@s/ms', '2.1.3', 'https://registry.npmjs.org/@s/ms/-/ms-2.1.3.tgz', true],
  ['@s/ms', '2.1.3', 'https://registry.npmjs.org/@s%2fms/-/ms-2.1.3.tgz', true],
  ['@s/ms', '2.1.3', 'https://npm.example.com/api/npm/all/@s/ms/-/@s/ms-2.1.3.tgz', true],
  ['ms', '2.1.3', 'https://registry.npmjs.org/evil/-/evil-2.1.3.tgz', false],
  ['ms', '2.1.3', 'https://registry.npmjs.org/@evil/ms/-/ms-2.1.3.tgz', false],
  ['ms', '2.1.3', 'https://registry.npmjs.org/ms/-/ms-2.1.2.tgz', false],
  ['ms', '2.1.3', 'https://npm.pkg.github.com/download/@o/ms/2.1.3/0a1b', null],
  ['ms', '2.1.3', 'https://example.com/%ff/-/ms-2.1.3.tgz', null],
  ['ms', '2.1.3', 'vendor/ms-2.1.3.tgz', null],
])('%s@%s lies at %s: %s', (name, version, address, expected) => {
  expect(isOwnTarball(name, version, address)).toBe(expected);
});
