import { expect, test } from 'vitest';
import { endpoints } from '../../src/registries/endpoints.ts';

test('the public sources are asked unless others are named', () => {
  expect(endpoints()).toMatchObject({
    crates: 'https://index.crates.io',
    githubApi: 'https://api.github.com',
  });
  const given = endpoints({
    npm: 'https://npm.example.com/api/npm/',
    github: 'https://git.example.com',
    'docker.io': 'http://127.0.0.1:1',
    'Registry.example.com:5000': 'https://registry.example.com:5000',
  });
  expect(given).toMatchObject({
    crates: 'https://index.crates.io',
    npm: 'https://npm.example.com/api/npm',
    github: 'https://git.example.com',
    githubApi: 'https://git.example.com/api/v3',
  });
  expect(given.images.get('docker.io')).toBe('http://127.0.0.1:1');
  expect(given.images.get('ghcr.io')).toBe('https://ghcr.io');
  expect(given.images.get('registry.example.com:5000')).toBe(
    'https://registry.example.com:5000',
  );
});

test.each([
  { github: 'http://a', 'github-api': 'http://b' },
  { 'github-api': 'http://b', github: 'http://a' },
])('the API of GitHub may be elsewhere: %o', (given) => {
  expect(endpoints(given)).toMatchObject({ github: 'http://a', githubApi: 'http://b' });
});

test.each(['npmm', 'constructor', '__proto__'])('%s is no source', (name) => {
  const given = new Map([[name, 'https://example.com']]);
  expect(() => endpoints(given)).toThrow(`\`${name}\` is not the name of a source`);
});
