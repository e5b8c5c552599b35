import { describe, expect, test } from 'vitest';
import { explainConnectionFailure } from '../../src/postgres/connection-failure.ts';
import type { ConnectionSettings } from '../../src/postgres/connection-settings.ts';

const settings: ConnectionSettings = {
  host: 'db.example',
  port: 5432,
  user: 'keeper',
  password: 'sw0rdf1sh',
  database: 'matchbook',
  sslMode: 'verify-full',
  sslRootCert: null,
  sslCert: null,
  sslKey: null,
  connectTimeoutMs: 7000,
};

function failure(code: string | undefined, message = 'what came back'): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

describe('every explanation', () => {
  const texts = ['28P01', 'ECONNREFUSED', 'CERT_HAS_EXPIRED', undefined].map((code) =>
    explainConnectionFailure(failure(code), settings),
  );

  test.each(texts)('says what was tried, on what: %s', (text) => {
    expect(text).toMatch(
      /^Cannot connect to database matchbook at db\.example:5432 as keeper \(sslmode verify-full\): /,
    );
  });

  test.each(texts)('ends with what to do: %s', (text) => {
    expect(text).toMatch(/: [^:].*\. [A-Z].*\.$/);
  });

  test.each(texts)('keeps the password to itself: %s', (text) => {
    expect(text).not.toContain('sw0rdf1sh');
  });
});

test('a socket is named by its file', () => {
  const socket = { ...settings, host: '/var/run/postgresql' };
  const text = explainConnectionFailure(failure('ENOENT'), socket);
  expect(text).toContain('/var/run/postgresql/.s.PGSQL.5432');
  expect(text).toContain('unix_socket_directories');
});

describe('what the server said', () => {
  test.each([
    ['28P01', 'password'],
    ['28000', 'pg_hba.conf'],
    ['3D000', 'name of the database'],
    ['42501', 'grant connect on database "matchbook" to "keeper"'],
    ['53300', 'max_connections'],
    ['57P03', 'try again'],
    ['XX000', 'server log'],
  ])('with %s is repeated, with a cure: %s', (code, cure) => {
    const text = explainConnectionFailure(failure(code), settings);
    expect(text).toContain('what came back');
    expect(text).toContain(cure);
  });

  test('is cured by SQL that may be pasted, whatever the names', () => {
    const odd = { ...settings, user: 'a"b', database: 'c"d' };
    const text = explainConnectionFailure(failure('42501'), odd);
    expect(text).toContain('grant connect on database "c""d" to "a""b"');
  });
});

describe('what the network said', () => {
  test.each([
    ['ENOTFOUND', 'db.example does not resolve'],
    ['EAI_AGAIN', 'db.example cannot be looked up'],
    ['ECONNREFUSED', 'port 5432'],
    ['ECONNRESET', 'reset'],
    ['ETIMEDOUT', 'within 7 s'],
    ['EHOSTUNREACH', 'no route'],
  ])('%s is explained: %s', (code, text) => {
    expect(explainConnectionFailure(failure(code), settings)).toContain(text);
  });

  test('of several addresses is explained by its code', () => {
    const errors = [failure('ECONNREFUSED'), failure('ECONNREFUSED')];
    const details = { code: 'ECONNREFUSED', message: '' };
    const both = Object.assign(new AggregateError(errors, 'several'), details);
    expect(explainConnectionFailure(both, settings)).toContain('refused');
  });
});

describe('what TLS said', () => {
  test.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ssl-root-cert'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'ssl-root-cert'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ssl-root-cert'],
    ['CERT_HAS_EXPIRED', 'Renew'],
    ['CERT_NOT_YET_VALID', 'clocks'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'sslmode=verify-ca'],
    ['ERR_SSL_TLSV1_ALERT_HANDSHAKE_FAILURE', 'handshake'],
    ['EPROTO', 'handshake'],
  ])('with %s is repeated, with a cure: %s', (code, cure) => {
    const text = explainConnectionFailure(failure(code), settings);
    expect(text).toContain('what came back');
    expect(text).toContain(cure);
  });
});

describe('what the client said', () => {
  test.each([
    ['The server does not support SSL connections', 'sslmode=disable'],
    ['timeout expired', 'connect_timeout'],
    ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', 'PGPASSWORD'],
    ['Connection terminated unexpectedly', 'not a web server'],
    ['There was an error establishing an SSL connection', 'PostgreSQL'],
  ])('%s is explained: %s', (message, cure) => {
    expect(explainConnectionFailure(failure(undefined, message), settings)).toContain(
      cure,
    );
  });

  test.each([
    [failure(undefined, 'something odd'), 'something odd'],
    [failure('EODD', ''), 'EODD'],
    ['a text', 'a text'],
    [failure(undefined, ''), 'unknown error'],
  ])('and nobody expected is repeated: %s', (error, text) => {
    expect(explainConnectionFailure(error, settings)).toContain(text);
  });
});
