import { expect, test } from 'vitest';
import { isArchived } from '../../src/registries/archived.ts';
import { endpoints } from '../../src/registries/endpoints.ts';
import { gitRefs } from '../../src/registries/git-refs.ts';
import { SourceFailed } from '../../src/registries/source-failed.ts';
import { type Route, startRegistryServer } from '../rig/registry-server.ts';
import { quickHttp, signal } from './quick-http.ts';

const second = 'd58b8ca376f99fdf917bee3cad482fddf93caa0e';
const first = '5879c0a1691cdd7ec49374c17950e0c256657a7d';

/** What git 2.39 serves of a repository with two commits, two light tags and an annotated one. */
const advertisement = [
  '001e# service=git-upload-pack',
  `0000010b${second} HEAD\0multi_ack thin-pack side-band side-band-64k ofs-delta shallow deepen-since deepen-not deepen-relative no-progress include-tag multi_ack_detailed no-done symref=HEAD:refs/heads/main object-format=sha1 agent=git/2.39.5`,
  `003d${second} refs/heads/main`,
  `0044${second} refs/heads/releases/v1`,
  `003a${second} refs/tags/v1`,
  `003e${first} refs/tags/v1.0.0`,
  '003ebc98a7dc70dbb1576565a4ff76386eac6fb7f84f refs/tags/v1.1.0',
  `0041${second} refs/tags/v1.1.0^{}`,
  '0000',
].join('\n');
const listing = '/actions/checkout.git/info/refs?service=git-upload-pack';

async function ask(route: Route, repository = 'actions/checkout') {
  await using server = await startRegistryServer({ [listing]: route });
  const asked = endpoints({ github: server.url });
  const refs = await gitRefs(repository, quickHttp(), asked, signal);
  return { refs, requests: server.requests.length };
}

test('a listing names the commits of tags and branches', async () => {
  expect(await ask({ body: advertisement })).toEqual({
    refs: {
      head: second,
      branches: new Map([
        ['main', second],
        ['releases/v1', second],
      ]),
      tags: new Map([
        ['v1', second],
        ['v1.0.0', first],
        ['v1.1.0', second],
      ]),
    },
    requests: 1,
  });
});

test('an empty repository has none', async () => {
  // git 2.39 of a repository without commits, with the capabilities shortened.
  const body = `001e# service=git-upload-pack\n00000045${'0'.repeat(40)} capabilities^{}\0agent=x\n0000`;
  expect((await ask({ body })).refs).toEqual({
    head: null,
    branches: new Map(),
    tags: new Map(),
  });
});

test.each([401, 404, 451])(
  'a repository that is not shown (%i) has no refs',
  async (status) => {
    expect((await ask({ status })).refs).toBeNull();
  },
);

test.each<[Route, RegExp]>([
  [{ status: 403 }, /answered 403: it refuses to tell\. Run again later/],
  [
    { status: 429, headers: { 'retry-after': '3600' } },
    /answered 429.*The limit of requests is used up\. Run again later/,
  ],
])('a repository that is refused is no answer: %j', async (route, message) => {
  await expect(ask(route)).rejects.toThrow(message);
});

test.each(['actions', 'actions/..', '../x', 'a/b/c', 'a/b?c', 'a b/c', '/b'])(
  'nobody is asked for %j',
  async (repository) => {
    expect(await ask({}, repository)).toEqual({ refs: null, requests: 0 });
  },
);

test.each([
  ['a page', '<!doctype html>'],
  ['nothing', ''],
  ['another service', advertisement.replace('upload', 'uplaad')],
  ['one that breaks off', advertisement.slice(0, -20)],
  ['a length that is none', `${advertisement}zzzz`],
  ['a length that is too small', `${advertisement}0003`],
])('%s is no listing', async (_, body) => {
  await expect(ask({ body })).rejects.toThrow(/answered no listing of git refs/);
});

test.each<[string, Route, boolean | null]>([
  ['archived', { body: { archived: true } }, true],
  ['alive', { body: { archived: false } }, false],
  ['hidden', { status: 404 }, null],
])('a repository is %s', async (_, route, archived) => {
  await using server = await startRegistryServer({ '/api/v3/repos/a/b': route });
  const asked = endpoints({ github: server.url });
  expect(await isArchived('a/b', quickHttp(), asked, 'token', signal)).toBe(archived);
  expect(server.requests[0]?.headers.authorization).toBe('Bearer token');
});

const used = { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '0' };

test.each<[string, Route, RegExp]>([
  ['strange', { body: { archived: 'yes' } }, /did not say whether a\/b is archived/],
  ['refused', { status: 403 }, /answered 403: it refuses to tell\. Give `github-token`/],
  [
    'asked for with a bad token',
    { status: 401 },
    /answered 401: it does not accept the token\. Give `github-token`/,
  ],
  [
    'limited',
    { status: 403, headers: used },
    /answered 403: the limit of requests is used up\. Give `github-token`/,
  ],
  [
    'limited at once',
    { status: 429, headers: { 'retry-after': '3600' } },
    /answered 429; retry-after: 3600 .*used up\. Give `github-token`/,
  ],
])('whether it is archived is not known: %s', async (_, route, message) => {
  await using server = await startRegistryServer({ '/api/v3/repos/a/b': route });
  const asked = endpoints({ github: server.url });
  const failure = await isArchived('a/b', quickHttp(), asked, null, signal).catch(
    (error) => error,
  );
  expect(failure).toBeInstanceOf(SourceFailed);
  expect(failure.message).toMatch(message);
});
