import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { InvalidInputs, readInputs } from '../../src/core/inputs.ts';
import {
  connectionProblems,
  connectionSettings,
  postgresInputs,
} from '../../src/postgres/inputs.ts';

const [root = ''] = rootCertificates;

type Texts = Record<string, string>;

function read(given: Texts, env: Texts = {}) {
  return readInputs(
    postgresInputs,
    (name) => given[name] ?? '',
    (inputs) => connectionProblems(inputs, env),
  );
}

/** The problems of these inputs: which input, and what is said of it. */
async function problems(given: Texts, env: Texts = {}): Promise<Texts> {
  try {
    await read(given, env);
    return {};
  } catch (error) {
    if (!(error instanceof InvalidInputs)) throw error;
    expect(new Set(error.problems.map(({ input }) => input)).size).toBe(
      error.problems.length,
    );
    return Object.fromEntries(
      error.problems.map(({ input, message }) => [input, message]),
    );
  }
}

const url = 'postgres://keeper@db.example/matchbook';

describe('the inputs of a task on PostgreSQL', () => {
  test('have defaults that are fit for work', async () => {
    expect(await read({ 'database-url': url })).toEqual({
      'database-url': url,
      'ssl-root-cert': null,
      'lock-timeout': 5000,
      'max-replica-lag': null,
      'wal-budget': null,
      jobs: 2,
    });
  });

  test('are all told at once when they are wrong', async () => {
    const given = {
      'database-url': 'db.example',
      'ssl-root-cert': 'no certificate',
      'lock-timeout': '5',
      jobs: '0',
    };
    const told = await problems(given);
    expect(Object.keys(told)).toEqual(Object.keys(given));
    expect(told['jobs']).toContain('from 1 to 32');
    expect(told['lock-timeout']).toContain('`30s`');
  });

  test('name the ways to say which database, where neither is taken', async () => {
    const told = await problems({});
    expect(told['database-url']).toMatch(/database-url.*PGHOST/);
  });

  test('may leave the database to the environment', async () => {
    expect(await problems({}, { PGHOST: 'db.example', PGUSER: 'keeper' })).toEqual({});
  });
});

describe('ssl-root-cert', () => {
  test('takes the text of a certificate', async () => {
    const given = { 'database-url': url, 'ssl-root-cert': root };
    const inputs = await read(given);
    expect(connectionSettings(inputs, {})).toMatchObject({
      sslMode: 'verify-full',
      sslRootCert: root.trim(),
    });
  });

  test.each([
    'the path /etc/ssl/root.crt',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  ])('refuses %j', async (text) => {
    const told = await problems({ 'database-url': url, 'ssl-root-cert': text });
    expect(Object.keys(told)).toEqual(['ssl-root-cert']);
  });

  test('that cannot be read is not told to be missing as well', async () => {
    const given = {
      'database-url': `${url}?sslmode=verify-full`,
      'ssl-root-cert': 'no certificate',
    };
    expect(Object.keys(await problems(given))).toEqual(['ssl-root-cert']);
  });
});

describe('a password', () => {
  const characters = [...'@/?#:%&=+ ,;|\\[]<>"\'`$', '%zz', '//', '?a=', '@@', ':1/'];

  test.each(characters)('with a bare %s is never shown, nor half of it', async (bare) => {
    const given = `postgres://keeper:sw0rd${bare}f1sh@db.example:5432/matchbook`;
    const told = JSON.stringify(await problems({ 'database-url': given }));
    expect(told).not.toMatch(/sw0rd|f1sh/);
  });

  test.each(characters)('with a bare %s is never taken for a host', async (bare) => {
    const given = `postgres://keeper:sw0rd${bare}f1sh@db.example:5432/matchbook`;
    const isRead = Object.keys(await problems({ 'database-url': given })).length === 0;
    if (!isRead) return;
    expect(connectionSettings({ 'database-url': given }, {})).toMatchObject({
      host: 'db.example',
      user: 'keeper',
      database: 'matchbook',
      password: `sw0rd${bare}f1sh`,
    });
  });

  test.each([
    'postgres://keeper:sw0rdf1sh@db.example:port/matchbook',
    'postgres://keeper:sw0rdf1sh@db.example:99999/matchbook',
    'postgres://keeper:sw0rdf1sh@a,b/matchbook',
    'postgres://keeper:sw0rdf1sh@db.example/matchbook?sslmode=on',
    'postgres://keeper:sw0rdf1sh@db.example/matchbook?odd=1',
    'postgres://keeper:sw0rdf1sh@db.example/matchbook?sslmode=verify-full',
    'postgres://keeper:sw0rdf1sh@/matchbook',
    'postgres://:sw0rdf1sh@db.example',
    'postgres//keeper:sw0rdf1sh@db.example',
    'mysql://keeper:sw0rdf1sh@db.example/matchbook',
    'postgres://db.example/m?user=keeper&password=sw0rd%zzf1sh',
    'postgres://db.example/m?user=keeper&password=sw0rd&f1sh',
    'postgres://db.example/m?user=keeper&password=sw0rd@f1sh',
    'postgres://db.example/m?user=keeper&password=sw0rd#f1sh',
  ])('in %s is not shown', async (given) => {
    const told = await problems({ 'database-url': given });
    expect(Object.keys(told)).toEqual(['database-url']);
    expect(JSON.stringify(told)).not.toMatch(/sw0rd|f1sh/);
  });

  test('of the environment is not shown either', async () => {
    const env = { PGPASSWORD: 'sw0rdf1sh', PGHOST: 'db.example' };
    const told = await problems({}, env);
    expect(Object.keys(told)).toEqual(['database-url']);
    expect(JSON.stringify(told)).not.toContain('sw0rdf1sh');
  });
});
