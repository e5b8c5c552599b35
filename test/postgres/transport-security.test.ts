import type { ConnectionOptions, PeerCertificate } from 'node:tls';
import { describe, expect, test } from 'vitest';
import {
  type ConnectionSettings,
  type SslMode,
  sslModes,
} from '../../src/postgres/connection-settings.ts';
import { type Transport, transportsOf } from '../../src/postgres/transport-security.ts';

function transports(changes: Partial<ConnectionSettings>) {
  return transportsOf({
    host: 'db.example',
    port: 5432,
    user: 'keeper',
    password: null,
    database: 'matchbook',
    sslMode: 'prefer',
    sslRootCert: null,
    sslCert: null,
    sslKey: null,
    connectTimeoutMs: 10_000,
    ...changes,
  });
}

/** What a transport holds against the server. */
function strength(transport: Transport): string {
  if (transport === false) return 'clear';
  if (!transport.rejectUnauthorized) return 'encrypted';
  const certificate = { subject: { CN: 'other.example' } } as PeerCertificate;
  const isAnyName =
    transport.checkServerIdentity !== undefined &&
    transport.checkServerIdentity('db.example', certificate) === undefined;
  return isAnyName ? 'chain' : 'chain and name';
}

describe('as libpq does', () => {
  test.each<[SslMode, string | null, string[]]>([
    ['disable', null, ['clear']],
    ['allow', null, ['clear', 'encrypted']],
    ['prefer', null, ['encrypted', 'clear']],
    ['require', null, ['encrypted']],
    ['disable', 'a root', ['clear']],
    ['allow', 'a root', ['clear', 'encrypted']],
    ['prefer', 'a root', ['encrypted', 'clear']],
    ['require', 'a root', ['chain']],
    ['verify-ca', 'a root', ['chain']],
    ['verify-full', 'a root', ['chain and name']],
    ['verify-full', 'system', ['chain and name']],
  ])('sslmode=%s with root %s tries %j', (sslMode, sslRootCert, expected) => {
    expect(transports({ sslMode, sslRootCert }).map(strength)).toEqual(expected);
  });

  test.each(sslModes)('a socket is in the clear with sslmode=%s', (sslMode) => {
    const host = '/var/run/postgresql';
    expect(transports({ host, sslMode, sslRootCert: 'a root' })).toEqual([false]);
  });
});

describe('what is verified', () => {
  const only = (changes: Partial<ConnectionSettings>) =>
    transports(changes)[0] as ConnectionOptions;

  test.each(['require', 'verify-ca', 'verify-full'] as const)(
    'trusts the given root and no other with %s',
    (sslMode) => {
      expect(only({ sslMode, sslRootCert: 'a root' }).ca).toBe('a root');
    },
  );

  test('trusts the authorities of the system where they are asked for', () => {
    expect(only({ sslMode: 'verify-full', sslRootCert: 'system' }).ca).not.toBe('system');
  });

  test.each(['db.example', '192.0.2.7', '2001:db8::1'])('is for the host %s', (host) => {
    const sslRootCert = 'a root';
    expect(only({ host, sslMode: 'verify-full', sslRootCert }).host).toBe(host);
  });
});

test('a client certificate goes along wherever there is TLS', () => {
  const client = { sslCert: 'a certificate', sslKey: 'a key' };
  for (const sslMode of sslModes) {
    const encrypted = transports({ ...client, sslMode, sslRootCert: 'a root' }).filter(
      (transport) => transport !== false,
    );
    expect(encrypted).toHaveLength(sslMode === 'disable' ? 0 : 1);
    for (const options of encrypted) {
      expect(options).toMatchObject({ cert: 'a certificate', key: 'a key' });
    }
  }
});
