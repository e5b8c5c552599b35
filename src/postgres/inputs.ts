import { X509Certificate } from 'node:crypto';
import { byteSize, durationMs, secret, text, wholeNumber } from '../core/input-kinds.ts';
import { type InputsOf, type Problem, Unreadable } from '../core/inputs.ts';
import {
  type ConnectionSettings,
  completeSettings,
  InvalidSettings,
  settingsFromEnvironment,
} from './connection-settings.ts';
import { parseDatabaseUrl } from './database-url.ts';

/** The inputs of every task that works on PostgreSQL. */
export const postgresInputs = {
  'database-url': {
    ...secret({
      description:
        'The database, as `postgres://user:password@host:5432/database?sslmode=verify-full`. Without it, the `PG*` environment variables of libpq count.',
      allowed:
        'a connection URI of libpq with one host, and the parameters `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `connect_timeout`',
    }),
    parse(given: string): string {
      explaining(() => parseDatabaseUrl(given));
      return given;
    },
  },
  'ssl-root-cert': {
    ...text({
      description:
        'The certificates of the authorities that the server is verified against, as text. With it, `sslmode` is `verify-full` unless the URL says otherwise.',
      allowed: 'certificates in PEM form',
    }),
    parse(given: string): string {
      try {
        new X509Certificate(given);
      } catch {
        throw new Unreadable('it is no certificate');
      }
      return given;
    },
  },
  'lock-timeout': durationMs({
    description: 'How long a command waits for a table that somebody else has locked.',
    default: '5s',
  }),
  'max-replica-lag': durationMs({
    description:
      'How far the standbys may be behind: while one is further behind, nothing is begun. Without it, nobody looks.',
  }),
  'wal-budget': byteSize({
    description:
      'How much WAL the run may write; what would exceed it is not begun and carried over.',
  }),
  jobs: wholeNumber({
    description: 'How many commands run side by side, never two on one table.',
    default: '2',
    min: 1,
    max: 32,
  }),
};

export type PostgresInputs = InputsOf<typeof postgresInputs>;

type ConnectionInputs = Pick<PostgresInputs, 'database-url' | 'ssl-root-cert'>;

/** Makes the settings of the connection. Throws `InvalidSettings`. */
export function connectionSettings(
  inputs: Partial<ConnectionInputs>,
  env: NodeJS.ProcessEnv,
): ConnectionSettings {
  const url = inputs['database-url'] ? parseDatabaseUrl(inputs['database-url']) : {};
  return completeSettings(
    url,
    settingsFromEnvironment(env),
    inputs['ssl-root-cert'] ?? null,
  );
}

/** The name of the database that the inputs mean. */
export function databaseName(inputs: ConnectionInputs): string {
  return connectionSettings(inputs, process.env).database;
}

/** What is wrong with the connection inputs as a whole. */
export function connectionProblems(
  inputs: Partial<ConnectionInputs>,
  env: NodeJS.ProcessEnv,
): Problem[] {
  // Undefined: it could not be read, and that problem is reported already.
  const needed = [inputs['database-url'], inputs['ssl-root-cert']];
  if (needed.includes(undefined)) return [];
  try {
    connectionSettings(inputs, env);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    return [{ input: 'database-url', message: `${error.message}.` }];
  }
}

function explaining(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    throw new Unreadable(error.message);
  }
}
