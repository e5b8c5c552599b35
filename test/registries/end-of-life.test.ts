import { describe, expect, test } from 'vitest';
import { lifecycleOf, supportedRelease } from '../../src/registries/end-of-life.ts';
import { endpoints } from '../../src/registries/endpoints.ts';
import { startRegistryServer } from '../rig/registry-server.ts';
import { quickHttp, signal } from './quick-http.ts';

const now = new Date('2026-11-24T12:00:00Z');

/** In the form of version 1 of the API of endoflife.date, shortened. */
const debian = {
  schema_version: '1.2.0',
  result: {
    name: 'debian',
    releases: [
      {
        name: '13',
        codename: 'Trixie',
        isLts: false,
        isEol: false,
        eolFrom: '2028-08-09',
        isMaintained: true,
        latest: { name: '13.4', date: '2026-07-11', link: null },
      },
      {
        name: '12',
        codename: 'Bookworm',
        isLts: true,
        isEol: true,
        eolFrom: '2026-07-11',
        isMaintained: true,
        latest: null,
      },
      { name: '0', isEol: 'maybe', eolFrom: null },
      null,
      { codename: 'x' },
    ],
  },
};

describe('endoflife.date', () => {
  test('is asked for a product once', async () => {
    await using server = await startRegistryServer({
      '/api/v1/products/debian': { body: debian },
    });
    const asked = endpoints({ endoflife: server.url });
    const http = quickHttp();
    const ask = (release: string) =>
      lifecycleOf('debian', release, http, asked, signal, now);
    const from = 'endoflife.date';
    const bookworm = {
      product: 'debian',
      release: '12',
      isEndOfLife: true,
      endOfLifeOn: '2026-07-11',
      latest: null,
      from,
    };
    expect(await ask('12')).toEqual(bookworm);
    expect(await ask('12.5')).toEqual(bookworm);
    expect(await ask('Bookworm')).toEqual(bookworm);
    expect(await ask('13')).toMatchObject({ isEndOfLife: false, latest: '13.4', from });
    expect(await ask('0')).toMatchObject({ isEndOfLife: null, endOfLifeOn: null });
    expect(await ask('99')).toBeNull();
    expect(await ask('11')).toMatchObject({ isEndOfLife: true, from: /own table/ });
    expect(await supportedRelease('debian', http, asked, signal, now)).toBe('13');
    expect(server.requests).toHaveLength(1);
  });

  test('that does not answer is done without where the table knows', async () => {
    await using server = await startRegistryServer({
      '/api/v1/products/debian': { status: 500 },
      '/api/v1/products/redis': { status: 500 },
    });
    const asked = endpoints({ endoflife: server.url });
    const http = quickHttp();
    const known = await lifecycleOf('debian', '12', http, asked, signal, now);
    expect(known).toMatchObject({ isEndOfLife: true, from: 'own table of 2026-11' });
    await expect(lifecycleOf('redis', '7.2', http, asked, signal, now)).rejects.toThrow(
      'answered 500 3 times',
    );
  });

  test('is not asked for what is no name', async () => {
    await using server = await startRegistryServer({});
    const asked = endpoints({ endoflife: server.url });
    expect(await lifecycleOf('../x', '1', quickHttp(), asked, signal, now)).toBeNull();
    expect(server.requests).toEqual([]);
  });

  test('names the release with long-term support to move to', async () => {
    const releases = [
      { name: '27', isLts: false, isEol: false },
      { name: '26', isLts: true, isEol: false },
      { name: '24', isLts: true, isEol: false },
    ];
    await using server = await startRegistryServer({
      '/api/v1/products/nodejs': { body: { result: { releases } } },
    });
    const asked = endpoints({ endoflife: server.url });
    expect(await supportedRelease('node', quickHttp(), asked, signal, now)).toBe('26');
  });
});

describe('the table of our own', () => {
  const own = (product: string, release: string, day = '2026-11-24T12:00:00Z') =>
    lifecycleOf(product, release, null, endpoints(), signal, new Date(day));

  test.each([
    ['debian', 'bookworm', '12', '2026-07-11', true],
    ['debian', 'trixie', '13', '2028-08-09', false],
    ['ubuntu', 'noble', '24.04', '2029-05-31', false],
    ['alpine', '3.20.3', '3.20', '2026-04-01', true],
    ['postgres', '14.9', '14', '2026-11-12', true],
    ['postgresql', '15', '15', '2027-11-11', false],
    ['node', '20.11.1', '20', '2026-04-30', true],
    ['python', '3.10', '3.10', '2026-10-31', true],
    ['rust', '1.93', '1.93', '2026-03-05', true],
    ['rust', '1.100.0', '1.100', '2026-12-24', false],
  ])('%s %s', async (product, release, name, endOfLifeOn, isEndOfLife) => {
    expect(await own(product, release)).toMatchObject({
      release: name,
      endOfLifeOn,
      isEndOfLife,
      from: 'own table of 2026-11',
    });
  });

  test('counts the last day as one with support', async () => {
    const last = await own('debian', '12', '2026-07-11T23:59:59Z');
    expect(last).toMatchObject({ isEndOfLife: false });
    const next = await own('debian', '12', '2026-07-12T00:00:00Z');
    expect(next).toMatchObject({ isEndOfLife: true });
  });

  test.each([
    ['debian', 'sid'],
    ['debian', 'constructor'],
    ['ubuntu', 'bookworm'],
    ['alpine', '3'],
    ['postgresql', '9.6'],
    ['rust', 'nightly'],
    ['redis', '7.2'],
    ['constructor', 'name'],
    ['__proto__', '1'],
  ])('does not know %s %s', async (product, release) => {
    expect(await own(product, release)).toBeNull();
  });

  test.each([
    ['debian', '13'],
    ['alpine', '3.22'],
    ['node', '24'],
    ['rust', '1.100'],
    ['redis', null],
  ])('knows a release of %s to move to: %s', async (product, release) => {
    expect(await supportedRelease(product, null, endpoints(), signal, now)).toBe(release);
  });
});
