import { describe, expect, test } from 'vitest';
import { AdvisoriesUnavailable } from '../../src/advisories/advisory.ts';
import { changedSince, fetchRecords } from '../../src/advisories/delta.ts';
import { made } from './records.ts';
import { type Served, sendJson, serve } from './serve.ts';

const { signal } = new AbortController();
const newest = Date.parse('2026-01-01T00:00:00Z');

/** A feed with a record a minute, the newest first. */
function feedOf(lines: number): string {
  return Array.from({ length: lines }, (_, n) => {
    const modified = new Date(newest - n * 60_000).toISOString();
    return `${modified},GHSA-${n}\n`;
  }).join('');
}

const minutesAgo = (minutes: number) => new Date(newest - minutes * 60_000);

/** Serves a feed as a bucket does. */
function bucket(feedFor: (request: number) => string, ranges = true): Promise<Served> {
  let requests = 0;
  return serve(({ headers }, response) => {
    requests += 1;
    const feed = Buffer.from(feedFor(requests));
    const etag = `"${feed.length}"`;
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    const isStale = headers['if-range'] !== undefined && headers['if-range'] !== etag;
    if (!ranges || isStale || start === undefined) {
      response.writeHead(200, { etag }).end(feed);
    } else if (Number(start) >= feed.length) {
      response.writeHead(416).end();
    } else {
      response
        .writeHead(206, { etag })
        .end(feed.subarray(Number(start), Number(end) + 1));
    }
  });
}

const changes = (
  server: Served,
  since: Date,
  ecosystem: 'npm' | 'GitHub Actions' = 'npm',
) => changedSince(ecosystem, since, server.http, server.endpoints, signal);

const ids = (count: number) => Array.from({ length: count }, (_, n) => `GHSA-${n}`);

describe('what changed since', () => {
  test('an hour ago takes one small request', async () => {
    await using server = await bucket(() => feedOf(100_000));
    const changed = await changes(server, minutesAgo(60), 'GitHub Actions');
    expect(changed.ids.map(({ id }) => id)).toEqual(ids(61));
    expect(changed.newest).toBe('2026-01-01T00:00:00.000Z');
    expect(server.seen.map(({ path, headers }) => [path, headers.range])).toEqual([
      ['/feed/GitHub%20Actions/modified_id.csv', 'bytes=0-65535'],
    ]);
  });

  test.each([
    ['within the second piece', 3000, 100_000, true],
    ['in many pieces', 15_000, 100_000, true],
    ['to the end of the feed', 9000, 8000, true],
    ['from a server without ranges', 3000, 100_000, false],
  ])('%s loses no line and doubles none', async (_, minutes, lines, ranges) => {
    await using server = await bucket(() => feedOf(lines), ranges);
    const changed = await changes(server, minutesAgo(minutes));
    expect(changed.ids.map(({ id }) => id)).toEqual(ids(Math.min(minutes + 1, lines)));
  });

  test('a feed whose length is that of the pieces', async () => {
    const line = '2026-01-01T00:00:00.000Z,GHSA-0000001\n';
    const feed = `${line.repeat(1724)}${' '.repeat(65_536 - 1724 * line.length - 1)}\n`;
    await using server = await bucket(() => feed);
    expect((await changes(server, minutesAgo(1))).ids).toHaveLength(1724);
  });

  test('a feed that changes between two pieces is read anew', async () => {
    const fresh = '2026-01-01T00:01:00.000Z,GHSA-new\n';
    await using server = await bucket((request) =>
      request === 1 ? feedOf(9000) : fresh + feedOf(9000),
    );
    const changed = await changes(server, minutesAgo(3000));
    expect(changed.ids.map(({ id }) => id)).toEqual(['GHSA-new', ...ids(3001)]);
    expect(changed.newest).toBe('2026-01-01T00:01:00.000Z');
  });

  test('an empty feed has no newest', async () => {
    await using server = await bucket(() => '');
    expect(await changes(server, minutesAgo(1))).toMatchObject({ ids: [], newest: null });
  });

  test('odd lines are left out', async () => {
    const lines = ['', 'x', ',', 'soon,GHSA-1', '2026-01-01T00:00:00Z,../x', feedOf(1)];
    await using server = await bucket(() => lines.join('\r\n'));
    expect((await changes(server, minutesAgo(1))).ids.map(({ id }) => id)).toEqual([
      'GHSA-0',
    ]);
  });

  test.each<[string, string, RegExp]>([
    ['too much', feedOf(20_002), /more than 20000 records changed since/],
    ['no feed', '<html>', /does not consist of lines/],
  ])('%s is an error', async (_, feed, message) => {
    await using server = await bucket(() => feed);
    const failure = await changes(server, new Date(0)).catch((error) => error);
    expect(failure).toBeInstanceOf(AdvisoriesUnavailable);
    expect(failure.message).toMatch(message);
  });

  test.each([[404], [503]])('%d is an error', async (status) => {
    await using server = await serve((_, response) => response.writeHead(status).end());
    const failure = await changes(server, minutesAgo(1)).catch((error) => error);
    expect(failure).toBeInstanceOf(AdvisoriesUnavailable);
    expect(failure.message).toContain(String(status));
  });
});

test('of the changed records, those that concern us become advisories', async () => {
  const events = [{ introduced: '0' }, { fixed: '2.0.0' }];
  const records: Readonly<Record<string, unknown>> = {
    'GHSA-0': made('GHSA-0', { events }),
    'GHSA-1': made('GHSA-1', { name: 'other', events }),
    'GHSA-2': made('GHSA-2', { events, record: { withdrawn: '2026-01-01T00:00:00Z' } }),
  };
  await using server = await serve(({ path }, response) => {
    const record = records[path.replace('/v1/vulns/', '')];
    sendJson(response, record ?? {}, record === undefined ? 404 : 200);
  });
  const found = await fetchRecords(
    ['GHSA-0', 'GHSA-1', 'GHSA-2', 'GHSA-3', 'GHSA-0'],
    'npm',
    new Map([['left-pad', ['1.0.0']]]),
    server.http,
    server.endpoints,
    signal,
  );
  expect(
    [...found].map(([name, advisories]) => [name, advisories.map(({ id }) => id)]),
  ).toEqual([['left-pad', ['GHSA-0']]]);
  expect(server.seen).toHaveLength(4);
});
