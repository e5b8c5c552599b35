import { readFileSync } from 'node:fs';

/** How libpq means `sslmode`, weakest first. */
export const sslModes = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
] as const;

export type SslMode = (typeof sslModes)[number];

/** Everything that is needed to reach a database. */
export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | null;
  readonly database: string;
  readonly sslMode: SslMode;
  /** Certificates of the authorities to trust, or `system` for those of the machine. */
  readonly sslRootCert: string | null;
  readonly sslCert: string | null;
  readonly sslKey: string | null;
  readonly connectTimeoutMs: number;
}

/** What a URL or the environment says; what it leaves out has a default of libpq's. */
export type PartialSettings = { -readonly [Key in keyof ConnectionSettings]?: string };

const environment: Record<string, keyof ConnectionSettings> = {
  PGHOST: 'host',
  PGPORT: 'port',
  PGUSER: 'user',
  PGPASSWORD: 'password',
  PGDATABASE: 'database',
  PGSSLMODE: 'sslMode',
  PGSSLROOTCERT: 'sslRootCert',
  PGSSLCERT: 'sslCert',
  PGSSLKEY: 'sslKey',
  PGCONNECT_TIMEOUT: 'connectTimeoutMs',
};

const cure = 'give database-url, or set PGHOST, PGUSER, PGDATABASE and PGPASSWORD';

/** Thrown for settings that cannot be right. The message never repeats a secret. */
export class InvalidSettings extends Error {}

/** Reads libpq's environment variables; an empty one counts as absent. */
export function settingsFromEnvironment(env: NodeJS.ProcessEnv): PartialSettings {
  const settings: PartialSettings = {};
  for (const [name, key] of Object.entries(environment)) {
    const value = env[name];
    if (value) settings[key] = value;
  }
  return settings;
}

/**
 * Completes what a URL and the environment say, the URL first, with libpq's defaults.
 *
 * @param rootCertText the input `ssl-root-cert`; who gives it wants the server verified
 */
export function completeSettings(
  url: PartialSettings,
  env: PartialSettings,
  rootCertText: string | null,
): ConnectionSettings {
  // Who gives a certificate in the workflow is not to be overruled by the machine.
  const { sslMode, ...ofMachine } = env;
  const given = {
    ...ofMachine,
    ...(sslMode !== undefined && rootCertText === null && { sslMode }),
    ...url,
  };
  const user = given.user ?? given.database;
  if (!given.host) throw new InvalidSettings(`no host is given; ${cure}`);
  if (!user) throw new InvalidSettings(`no user is given; ${cure}`);
  const port = Number(given.port ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidSettings(
      `the port must be a number from 1 to 65535, not ${given.port}`,
    );
  }
  const sslRootCert = rootCertText ?? readRootCert(given.sslRootCert);
  const timeoutSeconds = Number(given.connectTimeoutMs ?? 10);
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 3600)) {
    throw new InvalidSettings('connect_timeout must be a number of seconds up to 3600');
  }
  return {
    host: given.host,
    port,
    user,
    password: given.password ?? null,
    database: given.database ?? user,
    sslMode: readSslMode(given.sslMode, sslRootCert),
    sslRootCert,
    sslCert: given.sslCert ? readPem('sslcert', given.sslCert) : null,
    sslKey: given.sslKey ? readPem('sslkey', given.sslKey) : null,
    connectTimeoutMs: timeoutSeconds * 1000,
  };
}

/** Where a server listens, for people. */
export function addressOf({
  host,
  port,
}: Pick<ConnectionSettings, 'host' | 'port'>): string {
  if (host.startsWith('/')) return `${host}/.s.PGSQL.${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function readSslMode(given: string | undefined, rootCert: string | null): SslMode {
  const mode = sslModes.find(
    (one) => one === (given ?? (rootCert ? 'verify-full' : 'prefer')),
  );
  if (!mode) {
    throw new InvalidSettings(
      `sslmode must be one of ${sslModes.join(', ')}, not ${given}`,
    );
  }
  if (rootCert === null && mode.startsWith('verify')) {
    throw new InvalidSettings(
      `sslmode=${mode} needs the certificate of an authority: give ssl-root-cert, or sslrootcert=system for those that the machine trusts`,
    );
  }
  // As in libpq: any other server with a certificate of a public authority would do.
  if (rootCert === 'system' && mode !== 'verify-full') {
    throw new InvalidSettings(
      `sslrootcert=system needs sslmode=verify-full, not ${mode}`,
    );
  }
  return mode;
}

function readRootCert(given: string | undefined): string | null {
  if (given === undefined || given === 'system') return given ?? null;
  return readPem('sslrootcert', given);
}

function readPem(name: string, file: string): string {
  if (file.includes('-----BEGIN')) {
    throw new InvalidSettings(`${name} must be the path of a file, not its text`);
  }
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidSettings(`the file of ${name} cannot be read (${file}: ${code})`);
  }
}
