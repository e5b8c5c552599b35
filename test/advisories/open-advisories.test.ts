import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { AdvisoriesUnavailable } from '../../src/advisories/advisory.ts';
import { openAdvisories } from '../../src/advisories/open-advisories.ts';
import { bytesOfBuffer } from '../../src/advisories/zip-bytes.ts';
import { eachJson } from '../../src/advisories/zip-entries.ts';
import { endpoints } from '../../src/registries/endpoints.ts';
import { makeHttp } from '../../src/registries/http.ts';
import { makeZip, type ZipEntry } from './make-zip.ts';
import { made } from './records.ts';
import { serve } from './serve.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'advisories-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const { signal } = new AbortController();
const http = makeHttp({ retries: 0, cacheDirectory: null });

let places = 0;
/** A directory of its own with these files. */
function directory(files: Readonly<Record<string, string | Buffer>>): string {
  places += 1;
  const place = path.join(scratch, String(places));
  mkdirSync(place);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(place, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return place;
}

function zipFile(bytes: Buffer): string {
  return path.join(directory({ 'advisories.zip': bytes }), 'advisories.zip');
}

async function idsFrom(
  place: string,
  wanted: Readonly<Record<string, string[]>> = { 'left-pad': ['1.0.0'] },
  ecosystem: 'npm' | 'crates.io' | 'GitHub Actions' = 'npm',
) {
  const source = openAdvisories(place, http, endpoints({}));
  const found = await source.find(ecosystem, new Map(Object.entries(wanted)), signal);
  const ids = [...found].map(([name, advisories]) => [
    name,
    ...advisories.map(({ id }) => id),
  ]);
  return { ids, records: source.records, skipped: source.skipped };
}

const events = [{ introduced: '0' }, { fixed: '2.0.0' }];
const npm = (id: string, name = 'left-pad') => JSON.stringify(made(id, { name, events }));
const crate = (id: string, name = 'left-pad') =>
  JSON.stringify(made(id, { ecosystem: 'crates.io', name, events }));
const zipOf = (...texts: string[]) =>
  makeZip(texts.map((text, n) => ({ name: `${n}.json`, text })));

describe('a zip', () => {
  test('gives what concerns the versions wanted, of the packages wanted', async () => {
    const zip = zipFile(
      zipOf(npm('GHSA-a'), npm('GHSA-b', 'right-pad'), crate('GHSA-c')),
    );
    const wanted = {
      'left-pad': ['1.0.0', '2.0.0'],
      'right-pad': ['2.0.0'],
      __proto__: [],
    };
    expect(await idsFrom(zip, wanted)).toEqual({
      ids: [['left-pad', 'GHSA-a']],
      records: 3,
      skipped: 0,
    });
  });

  test('is found in whatever way JSON writes a name', async () => {
    const escaped = npm('GHSA-a').replace('left-pad', 'left\\u002dpad');
    const spaced = npm('GHSA-b').replace('"name":"left-pad"', '"name" :\n\t"left-pad"');
    const { ids } = await idsFrom(zipFile(zipOf(escaped, spaced)));
    expect(ids).toEqual([['left-pad', 'GHSA-a', 'GHSA-b']]);
  });

  test('may have names of no meaning, and nothing is written', async () => {
    const entries = [
      '../../evil.json',
      '/etc/evil.json',
      'C:\\evil.json',
      '\u0000.json',
    ].map((name, n): ZipEntry => ({ name, text: npm(`GHSA-${n}`) }));
    const other = { name: 'README.md', text: npm('GHSA-9') };
    const place = zipFile(makeZip([...entries, other, { name: '', text: 'no name' }]));
    const { ids, records } = await idsFrom(place);
    expect(ids).toEqual([['left-pad', 'GHSA-0', 'GHSA-1', 'GHSA-2', 'GHSA-3']]);
    expect(records).toBe(4);
    expect(readdirSync(path.dirname(place))).toEqual(['advisories.zip']);
  });

  test('skips and counts records that are none', async () => {
    const zip = zipOf('{"name": "left-pad"', '[{"name": "left-pad"}]', '', npm('GHSA-a'));
    expect(await idsFrom(zipFile(zip))).toEqual({
      ids: [['left-pad', 'GHSA-a']],
      records: 4,
      skipped: 2,
    });
  });

  test('of 3,000 records is read to its end', async () => {
    const texts = Array.from({ length: 3000 }, (_, n) =>
      npm(`GHSA-${n}`, `package-${n}`),
    );
    const { ids, records } = await idsFrom(zipFile(zipOf(...texts)), {
      'package-0': ['1.0.0'],
      'package-2999': ['1.0.0'],
    });
    expect(ids).toEqual([
      ['package-0', 'GHSA-0'],
      ['package-2999', 'GHSA-2999'],
    ]);
    expect(records).toBe(3000);
  });

  const good = zipOf(npm('GHSA-a'), npm('GHSA-b'));
  const bomb = 'x'.repeat(10_000_000);
  test.each<[string, Buffer, RegExp]>([
    ['no zip', Buffer.from('<html>Not found</html>'), /not a zip/],
    ['empty', Buffer.alloc(0), /not a zip/],
    ['truncated', good.subarray(0, good.length - 30), /not a zip/],
    ['without its beginning', good.subarray(200), /damaged/],
    ['with an entry overwritten', Buffer.from(good).fill(0xff, 36, 80), /damaged/],
    ['without entries', makeZip([]), /no record of the ecosystem npm/],
    ['of another ecosystem', zipOf(crate('RUSTSEC-1')), /no record of the ecosystem npm/],
    [
      'with an entry that unpacks to more than it says',
      makeZip([{ name: 'a.json', text: bomb, claimedBytes: 100 }]),
      /damaged: .*larger than 100 bytes/,
    ],
    [
      'with an entry that unpacks to less than it says',
      makeZip([{ name: 'a.json', text: '{}', claimedBytes: 100 }]),
      /damaged/,
    ],
  ])('that is %s is an error that says so', async (_, bytes, message) => {
    const failure = await idsFrom(zipFile(bytes)).catch((error) => error);
    expect(failure).toBeInstanceOf(AdvisoriesUnavailable);
    expect(failure.message).toMatch(message);
    expect(failure.message).toContain('advisories.zip');
  });

  test('that is not there is an error that says so', async () => {
    const failure = idsFrom(path.join(scratch, 'none.zip'));
    await expect(failure).rejects.toThrow(/none\.zip: ENOENT/);
  });

  test('has limits, of an entry and of all', async () => {
    const bytes = bytesOfBuffer(
      makeZip([
        { name: 'a.json', text: 'a'.repeat(1000) },
        { name: 'b.json', text: 'b' },
      ]),
    );
    const taken: (string | null)[] = [];
    const limits = { entryBytes: 999, totalBytes: 10 };
    await eachJson(bytes, (text) => taken.push(text), signal, limits);
    expect(taken).toEqual([null, 'b']);
    const tooMuch = eachJson(bytes, () => {}, signal, {
      entryBytes: 2000,
      totalBytes: 1000,
    });
    await expect(tooMuch).rejects.toThrow(/more than 1000 bytes/);
  });

  test('stops when it is told to, with the reason', async () => {
    const source = openAdvisories(zipFile(good), http, endpoints({}));
    const wanted = new Map([['left-pad', ['1.0.0']]]);
    const stopped = source.find('npm', wanted, AbortSignal.abort(new Error('enough')));
    await expect(stopped).rejects.toThrow('enough');
  });
});

describe('a directory', () => {
  test.each<[string, Readonly<Record<string, string | Buffer>>]>([
    ['of records', { 'GHSA-a.json': npm('GHSA-a'), 'notes.txt': 'no record' }],
    ['of records, by ecosystem', { 'npm/GHSA-a.json': npm('GHSA-a') }],
    ['with the zip of the ecosystem', { 'npm/all.zip': zipOf(npm('GHSA-a')) }],
    ['with one zip', { 'all.zip': zipOf(npm('GHSA-a'), crate('RUSTSEC-1')) }],
    [
      'that is the cache of osv-scanner',
      { 'osv-scanner/npm/all.zip': zipOf(npm('GHSA-a')) },
    ],
    [
      'with one record in two places',
      { 'GHSA-a.json': npm('GHSA-a'), 'npm/all.zip': zipOf(npm('GHSA-a')) },
    ],
  ])('%s', async (_, files) => {
    const { ids } = await idsFrom(directory(files));
    expect(ids).toEqual([['left-pad', 'GHSA-a']]);
  });

  test('that is a clone of advisory-db: only the crates wanted are read', async () => {
    const place = directory({
      'crates/left-pad/RUSTSEC-2024-0001.json': crate('RUSTSEC-2024-0001'),
      'crates/other/RUSTSEC-2024-0002.json': crate('RUSTSEC-2024-0002', 'other'),
      'RUSTSEC-2024-0009.json': crate('RUSTSEC-2024-0009', 'outside'),
    });
    const wanted = {
      'left-pad': ['1.0.0'],
      absent: ['1.0.0'],
      '../..': [],
      '..': ['1.0.0'],
    };
    expect(await idsFrom(place, wanted, 'crates.io')).toEqual({
      ids: [['left-pad', 'RUSTSEC-2024-0001']],
      records: 2,
      skipped: 0,
    });
  });

  test.each<[string, Readonly<Record<string, string | Buffer>>]>([
    ['empty', {}],
    ['with a folder that is empty', { 'npm/README.md': '' }],
    ['of another ecosystem', { 'crates.io/all.zip': zipOf(crate('RUSTSEC-1')) }],
    ['of the branch main', { 'crates/left-pad/RUSTSEC-2024-0001.md': '' }],
  ])('%s is an error: that nothing is known is no good news', async (_, files) => {
    const ecosystem =
      'crates/left-pad/RUSTSEC-2024-0001.md' in files ? 'crates.io' : 'npm';
    const failure = idsFrom(directory(files), undefined, ecosystem);
    await expect(failure).rejects.toThrow(/no record of the ecosystem/);
  });
});

describe('a URL', () => {
  test('of a zip, which is asked for once', async () => {
    const zip = zipOf(npm('GHSA-a'), crate('RUSTSEC-1'));
    await using server = await serve((_, response) => response.end(zip));
    const source = openAdvisories(
      `${server.url}/a/all.zip?sig=secret`,
      http,
      endpoints({}),
    );
    const wanted = new Map([['left-pad', ['1.0.0']]]);
    expect((await source.find('npm', wanted, signal)).size).toBe(1);
    expect((await source.find('crates.io', wanted, signal)).size).toBe(1);
    expect(server.seen.map(({ path }) => path)).toEqual(['/a/all.zip?sig=secret']);
    expect(source.place).toBe(`${server.url}/a/all.zip`);
  });

  test('that has a zip for each ecosystem', async () => {
    const text = JSON.stringify(made('GHSA-a', { ecosystem: 'GitHub Actions', events }));
    await using server = await serve((_, response) => response.end(zipOf(text)));
    const { ids } = await idsFrom(`${server.url}/db/`, undefined, 'GitHub Actions');
    expect(ids).toEqual([['left-pad', 'GHSA-a']]);
    expect(server.seen.map(({ path }) => path)).toEqual(['/db/GitHub%20Actions/all.zip']);
  });

  test.each([
    [404, /answered 404/],
    [503, /503/],
  ])('that answers %d is an error', async (status, message) => {
    await using server = await serve((_, response) => response.writeHead(status).end());
    const failure = await idsFrom(`${server.url}/all.zip?sig=secret`).catch(
      (error) => error,
    );
    expect(failure).toBeInstanceOf(AdvisoriesUnavailable);
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain('secret');
  });

  test('that is not encrypted is refused', () => {
    const open = () =>
      openAdvisories('http://user:secret@osv.example/all.zip', http, endpoints());
    expect(open).toThrow(/osv\.example\/all\.zip: that is no https URL/);
    expect(open).not.toThrow(/secret/);
  });
});
