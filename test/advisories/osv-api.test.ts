import { describe, expect, test } from 'vitest';
import { AdvisoriesUnavailable } from '../../src/advisories/advisory.ts';
import { openAdvisories } from '../../src/advisories/open-advisories.ts';
import { made } from './records.ts';
import { type Seen, type Served, sendJson, serve } from './serve.ts';

interface Query {
  readonly package: { readonly name: string; readonly ecosystem: string };
  readonly version?: string;
  readonly page_token?: string;
}

interface Result {
  readonly vulns?: readonly object[];
  readonly next_page_token?: string;
}

/** What osv.dev answers, with an answer to each query and the records it has. */
function osv(
  resultOf: (query: Query) => Result,
  records: Readonly<Record<string, unknown>> = {},
): Promise<Served> {
  return serve(({ path, body }, response) => {
    const id = /^\/v1\/vulns\/(.+)$/.exec(path)?.[1];
    if (id !== undefined) {
      const record = records[decodeURIComponent(id)];
      sendJson(response, record ?? { code: 5 }, record === undefined ? 404 : 200);
      return;
    }
    const { queries } = JSON.parse(body) as { queries: Query[] };
    if (queries.length > 1000) {
      sendJson(response, { code: 3, message: 'Too many queries.' }, 400);
      return;
    }
    sendJson(response, { results: queries.map(resultOf) });
  });
}

function find(
  { http, endpoints }: Served,
  wanted: Iterable<[string, string[]]>,
  ecosystem: 'npm' | 'crates.io' | 'GitHub Actions' = 'npm',
  signal = new AbortController().signal,
) {
  const source = openAdvisories('osv', http, endpoints);
  return source.find(ecosystem, new Map(wanted), signal);
}

const queriesOf = (seen: readonly Seen[]) =>
  seen
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => JSON.parse(body).queries);

const vulns = (...ids: string[]) => ({
  vulns: ids.map((id) => ({ id, modified: '2025-01-01T00:00:00Z' })),
});

test('asks with each version, then for each record once, and merges them', async () => {
  const record = made('GHSA-a', {
    events: [{ introduced: '0' }, { fixed: '1.3.0' }],
    record: { aliases: ['CVE-1'] },
  });
  const twin = made('CVE-1', { events: [{ introduced: '0' }, { fixed: '1.3.1' }] });
  await using server = await osv(
    ({ package: { name } }) => (name === 'left-pad' ? vulns('GHSA-a', 'CVE-1') : {}),
    { 'GHSA-a': record, 'CVE-1': twin },
  );
  const source = openAdvisories('osv', server.http, server.endpoints);
  const found = await source.find(
    'npm',
    new Map([
      ['left-pad', ['1.2.0', '1.3.0', '1.3.0']],
      ['other', ['1.0.0']],
    ]),
    new AbortController().signal,
  );
  expect([...found.keys()]).toEqual(['left-pad']);
  expect(found.get('left-pad')?.map(({ id, fixedIn }) => [id, fixedIn])).toEqual([
    ['GHSA-a', ['1.3.1']],
  ]);
  expect(queriesOf(server.seen)).toEqual([
    [
      { package: { ecosystem: 'npm', name: 'left-pad' }, version: '1.2.0' },
      { package: { ecosystem: 'npm', name: 'left-pad' }, version: '1.3.0' },
      { package: { ecosystem: 'npm', name: 'other' }, version: '1.0.0' },
    ],
  ]);
  expect(server.seen).toHaveLength(3);
  expect(source.records).toBe(2);
});

test('1,001 queries go in two requests, and each answer to its query', async () => {
  const name = (n: number) => `package-${n}`;
  await using server = await osv(
    (query) => (query.package.name === name(1000) ? vulns('GHSA-a') : {}),
    { 'GHSA-a': made('GHSA-a', { name: name(1000) }) },
  );
  const wanted = Array.from({ length: 1001 }, (_, n): [string, string[]] => [
    name(n),
    ['1.0.0'],
  ]);
  const found = await find(server, wanted);
  expect([...found.keys()]).toEqual([name(1000)]);
  expect(
    queriesOf(server.seen)
      .map(({ length }) => length)
      .sort(),
  ).toEqual([1, 1000]);
});

test('reads on for the queries whose answer has further pages, and for no other', async () => {
  const pages: Readonly<Record<string, Result>> = {
    '': { ...vulns('GHSA-a'), next_page_token: 'two' },
    two: { next_page_token: 'three' },
    three: vulns('GHSA-b'),
  };
  await using server = await osv(
    ({ package: { name }, page_token = '' }) =>
      name === 'left-pad' ? (pages[page_token] ?? {}) : {},
    { 'GHSA-a': made('GHSA-a'), 'GHSA-b': made('GHSA-b') },
  );
  const found = await find(server, [
    ['other', ['1.0.0']],
    ['left-pad', ['1.0.0']],
  ]);
  expect(found.get('left-pad')?.map(({ id }) => id)).toEqual(['GHSA-a', 'GHSA-b']);
  expect(queriesOf(server.seen).map(({ length }) => length)).toEqual([2, 1, 1]);
  expect(queriesOf(server.seen)[2]?.[0]).toMatchObject({
    version: '1.0.0',
    page_token: 'three',
  });
});

test('pages without end are an error', async () => {
  await using server = await osv(() => ({ next_page_token: 'again' }));
  await expect(find(server, [['left-pad', ['1.0.0']]])).rejects.toThrow(
    /more than 50 pages/,
  );
});

test('asks without the version where the API cannot compare it', async () => {
  const events = [{ introduced: '0' }, { fixed: '46.0.1' }];
  const record = made('GHSA-a', {
    ecosystem: 'GitHub Actions',
    name: 'tj/files',
    events,
  });
  await using server = await osv(() => vulns('GHSA-a'), { 'GHSA-a': record });
  const found = await find(server, [['TJ/files', ['v45', 'v46.0.1']]], 'GitHub Actions');
  expect(found.get('TJ/files')?.map(({ id }) => id)).toEqual(['GHSA-a']);
  expect(queriesOf(server.seen)).toEqual([
    [
      { package: { ecosystem: 'GitHub Actions', name: 'TJ/files' } },
      { package: { ecosystem: 'GitHub Actions', name: 'tj/files' } },
    ],
  ]);
  const none = await find(server, [['tj/files', ['v46.0.1']]], 'GitHub Actions');
  expect(none.size).toBe(0);
});

test('odd names and versions of a lockfile spoil nothing', async () => {
  await using server = await osv(({ package: { name } }) =>
    name === 'left-pad' ? vulns('GHSA-a', '../../v1/secrets', '') : {},
  );
  const found = await find(server, [
    ['a"b', ['1.0.0"]']],
    ['line\nbreak', ['1.0.0']],
    ['', ['1.0.0']],
    ['x'.repeat(5000), ['1.0.0']],
    ['__proto__', ['1.0.0']],
    ['left-pad', ['']],
  ]);
  expect(found.size).toBe(0);
  expect(queriesOf(server.seen)[0].map((query: Query) => query.package.name)).toEqual([
    'a"b',
    '__proto__',
    'left-pad',
  ]);
  expect(queriesOf(server.seen)[0][2]).not.toHaveProperty('version');
  // An id that is none is not asked for; one that is gone is no failure.
  expect(server.seen.map(({ path }) => path)).toEqual([
    '/v1/querybatch',
    '/v1/vulns/GHSA-a',
  ]);
});

test('nothing wanted asks nobody', async () => {
  await using server = await osv(() => ({}));
  expect((await find(server, [])).size).toBe(0);
  expect(server.seen).toEqual([]);
});

describe('an answer that is none', () => {
  test.each<[string, number, string, RegExp]>([
    ['a status', 403, '{}', /\/v1\/querybatch answered 403/],
    ['an overload', 503, '', /503/],
    ['a page of a proxy', 200, '<html>', /something else than JSON/],
    ['no results', 200, '{"results": {"length": 1}}', /0 results came back for 1/],
    ['too many results', 200, '{"results": [{}, {}]}', /2 results came back for 1/],
  ])('%s', async (_, status, body, message) => {
    await using server = await serve((_request, response) => {
      response.writeHead(status).end(body);
    });
    const failure = await find(server, [['left-pad', ['1.0.0']]]).catch((error) => error);
    expect(failure).toBeInstanceOf(AdvisoriesUnavailable);
    expect(failure.message).toMatch(message);
  });

  test('a record is skipped and counted', async () => {
    await using server = await osv(() => vulns('GHSA-a', 'GHSA-b'), {
      'GHSA-a': { ...made('GHSA-a'), id: '' },
      'GHSA-b': made('GHSA-b'),
    });
    const source = openAdvisories('osv', server.http, server.endpoints);
    const wanted = new Map([['left-pad', ['1.0.0']]]);
    const found = await source.find('npm', wanted, new AbortController().signal);
    expect(found.get('left-pad')?.map(({ id }) => id)).toEqual(['GHSA-b']);
    expect([source.records, source.skipped]).toEqual([2, 1]);
  });
});

test('more records than can be fetched one by one are an error, before the first', async () => {
  const ids = Array.from({ length: 5001 }, (_, n) => `MAL-2025-${n}`);
  await using server = await osv(() => vulns(...ids));
  const failure = find(server, [['left-pad', ['1.0.0']]]);
  await expect(failure).rejects.toThrow(/5001 records are more than the 5000/);
  expect(server.seen).toHaveLength(1);
});

test('stops when it is told to, with the reason', async () => {
  const controller = new AbortController();
  await using server = await serve(() => {
    controller.abort(new Error('enough'));
  });
  const stopped = find(server, [['left-pad', ['1.0.0']]], 'npm', controller.signal);
  await expect(stopped).rejects.toThrow('enough');
});
