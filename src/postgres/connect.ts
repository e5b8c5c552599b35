import pg from 'pg';
import { Refusal } from '../core/task.ts';
import { explainConnectionFailure } from './connection-failure.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { sqlstate, sqlstateOf } from './sqlstate.ts';
import { transportsOf } from './transport-security.ts';

/** `int8[]`, which has no name in `pg`. */
const int8Array: number = 1016;

/** 64-bit integers come as numbers: sizes and counters stay far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (oid === pg.types.builtins.INT8) return Number;
    const parse = pg.types.getTypeParser(oid, format);
    return oid === int8Array ? (text: string) => parse(text).map(Number) : parse;
  },
};

/**
 * Opens a connection, trying what `sslmode` allows. Throws a `Refusal` that says why it
 * failed. A way to a database that only a cluster can see is another transport, and would
 * be another `stream` here.
 */
export async function connect(
  settings: ConnectionSettings,
  applicationName: string,
): Promise<pg.Client> {
  let failure: unknown;
  for (const ssl of transportsOf(settings)) {
    const client = new pg.Client({
      host: settings.host,
      port: settings.port,
      user: settings.user,
      ...(settings.password !== null && { password: settings.password }),
      database: settings.database,
      ssl,
      application_name: applicationName,
      // The only way to be before a statement_timeout of the role's or database's own.
      options: '-c statement_timeout=0',
      connectionTimeoutMillis: settings.connectTimeoutMs,
      keepAlive: true,
      types,
    });
    // Without a listener, a connection that breaks while idle would end the process.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      failure = error;
      client.end().catch(() => {});
      if (!mayTryOtherTransport(error)) break;
    }
  }
  const message = explainConnectionFailure(failure, settings);
  throw new Refusal('connection-failed', message, { cause: failure });
}

function mayTryOtherTransport(error: unknown): boolean {
  return (
    sqlstateOf(error) === sqlstate.invalidAuthorization ||
    /does not support SSL/i.test(error instanceof Error ? error.message : '')
  );
}
