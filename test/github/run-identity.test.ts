import { expect, test } from 'vitest';
import { runIdentity } from '../../src/github/run-identity.ts';

test('a run is known by what the runner says of it', () => {
  const env = {
    GITHUB_RUN_ID: '77',
    GITHUB_RUN_ATTEMPT: '3',
    GITHUB_SERVER_URL: 'https://git.example',
    GITHUB_REPOSITORY: 'matchbook/exchange',
  };
  expect(runIdentity(env)).toEqual({
    id: '77',
    attempt: 3,
    url: 'https://git.example/matchbook/exchange/actions/runs/77',
  });
});

test('a run without a repository has no address', () => {
  expect(runIdentity({ GITHUB_SERVER_URL: 'https://git.example' }).url).toBeNull();
});

test('a run outside of GitHub has an identity too', () => {
  const { id, attempt, url } = runIdentity({});
  expect(id).not.toBe('');
  expect({ attempt, url }).toEqual({ attempt: 1, url: null });
});
