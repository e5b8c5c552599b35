import { type ConnectionOptions, getCACertificates } from 'node:tls';
import type { ConnectionSettings } from './connection-settings.ts';

/** One way to try a connection: in the clear, or over TLS with these options. */
export type Transport = false | ConnectionOptions;

/**
 * The ways to try a connection, in order, as libpq tries them for each `sslmode`
 * (https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION). `pg` by
 * itself would read `require` as `verify-full` and never fall back for `prefer`.
 */
export function transportsOf(settings: ConnectionSettings): readonly Transport[] {
  const { sslMode, sslRootCert } = settings;
  if (sslMode === 'disable' || settings.host.startsWith('/')) return [false];
  const client = {
    // For an address, Node would otherwise compare the certificate with `localhost`.
    host: settings.host,
    ...(settings.sslCert && { cert: settings.sslCert }),
    ...(settings.sslKey && { key: settings.sslKey }),
  };
  const encrypted: Transport = { ...client, rejectUnauthorized: false };
  const trusted: Transport = {
    ...client,
    // Node's own list of authorities is not that of the machine.
    ...(sslRootCert === 'system' && { ca: getCACertificates('system') }),
    ...(sslRootCert && sslRootCert !== 'system' && { ca: sslRootCert }),
    rejectUnauthorized: true,
  };
  switch (sslMode) {
    case 'allow':
      return [false, encrypted];
    case 'prefer':
      return [encrypted, false];
    case 'require':
      // With a root certificate at hand, libpq verifies the chain even here.
      return [sslRootCert ? withoutHostname(trusted) : encrypted];
    case 'verify-ca':
      return [withoutHostname(trusted)];
    case 'verify-full':
      return [trusted];
  }
}

function withoutHostname(options: ConnectionOptions): ConnectionOptions {
  return { ...options, checkServerIdentity: () => undefined };
}
