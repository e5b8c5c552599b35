import {
  type ConnectionSettings,
  InvalidSettings,
  type PartialSettings,
} from './connection-settings.ts';

/** The parameters of a URL that are understood, and the settings that they give. */
const urlParameters = new Map<string, keyof ConnectionSettings>([
  ['host', 'host'],
  ['port', 'port'],
  ['user', 'user'],
  ['password', 'password'],
  ['dbname', 'database'],
  ['sslmode', 'sslMode'],
  ['sslrootcert', 'sslRootCert'],
  ['sslcert', 'sslCert'],
  ['sslkey', 'sslKey'],
  ['connect_timeout', 'connectTimeoutMs'],
]);

/** Parameters that ORMs and poolers add and that mean nothing to a maintenance run. */
const ignoredParameters = new Set(['application_name', 'schema', 'channel_binding']);

const mustBeEncoded =
  'the characters / ? # @ of a user or password must be percent-encoded (%2F %3F %23 %40)';

/**
 * Reads a connection URI as libpq does
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
 * Throws `InvalidSettings`.
 */
export function parseDatabaseUrl(url: string): PartialSettings {
  if (url.includes('#')) throw new InvalidSettings(mustBeEncoded);
  const [, authority, path, query] =
    /^postgres(?:ql)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(url) ?? [];
  if (authority === undefined) {
    throw new InvalidSettings('it must have the form postgres://user@host:5432/database');
  }
  // Half a password must never be taken for a host or a parameter, and then be shown.
  if (`${path}${query}`.includes('@')) throw new InvalidSettings(mustBeEncoded);
  const at = authority.lastIndexOf('@');
  const [user, password] = splitOnce(authority.slice(0, Math.max(0, at)), ':');
  const { host, port } = parseHost(authority.slice(at + 1));
  const settings: PartialSettings = {};
  const set = (key: keyof ConnectionSettings, value: string | undefined) => {
    if (value) settings[key] = decode(value);
  };
  set('user', user);
  set('password', password);
  set('host', host);
  set('port', port);
  set('database', path);
  for (const pair of query?.split('&').filter(Boolean) ?? []) {
    const [name = '', value] = splitOnce(pair, '=');
    const key = urlParameters.get(name);
    if (key) set(key, value);
    else if (!ignoredParameters.has(name)) {
      const known = [...urlParameters.keys()].join(', ');
      const what = query?.includes('password=') ? '' : ` ${name}`;
      throw new InvalidSettings(`unknown parameter${what}; known are ${known}`);
    }
  }
  return settings;
}

function parseHost(text: string): { host: string; port: string } {
  const [, ipv6, name, port = ''] =
    /^(?:\[([^\]]*)\]|([^:,]*))(?::(\d*))?$/.exec(text) ?? [];
  if (ipv6 === undefined && name === undefined) {
    throw new InvalidSettings(
      'host and port cannot be read; one host can be given, not several',
    );
  }
  return { host: ipv6 ?? name ?? '', port };
}

function decode(value: string): string {
  try {
    const decoded = decodeURIComponent(value);
    if (!decoded.includes('\0')) return decoded;
  } catch {
    throw new InvalidSettings('a % in it must be written as %25');
  }
  throw new InvalidSettings('it must not have a character of code 0 (%00)');
}

function splitOnce(text: string, separator: string): [string?, string?] {
  if (text === '') return [];
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
