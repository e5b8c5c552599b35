import pg from 'pg';
import type { DumpSettings } from './dump-settings.ts';

/** Opens a connection to the restored database, as superuser. */
export type Connect = () => Promise<pg.Client>;

/** A connection that is broken when the run is cancelled, and closed in the end. */
export interface ProofSession extends AsyncDisposable {
  readonly client: pg.Client;
}

const settings = {
  search_path: '',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  extra_float_digits: '3',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  quote_all_identifiers: 'off',
  synchronize_seqscans: 'off',
  row_security: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

/**
 * Opens a session that prints values as pg_dump's own (`setup_connection` in pg_dump.c),
 * whatever the restored database sets for its sessions.
 */
export async function openSession(
  connect: Connect,
  signal: AbortSignal,
): Promise<ProofSession> {
  signal.throwIfAborted();
  const client = await connect();
  // It ends a statement that is under way, and with it the wait for it.
  const onAbort = () => void client.end().catch(() => {});
  signal.addEventListener('abort', onAbort, { once: true });
  const session = {
    client,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', onAbort);
      await client.end().catch(() => {});
    },
  };
  try {
    await set(client, settings);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
  return session;
}

/** Has values printed as they were when they were dumped. */
export async function printAsDumped(
  client: pg.Client,
  { timeZone, byteaOutput }: DumpSettings,
): Promise<void> {
  await set(client, { TimeZone: timeZone, bytea_output: byteaOutput });
}

/** Leaves out what this server does not know: the time zones of another system, say. */
export async function asFarAsKnown(
  client: pg.Client,
  settings: DumpSettings,
): Promise<DumpSettings> {
  try {
    await printAsDumped(client, settings);
    return settings;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return { ...settings, timeZone: 'UTC', byteaOutput: 'hex' };
  }
}

async function set(
  client: pg.Client,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  await client.query(
    `select set_config(name, value, false) from unnest($1::text[], $2::text[]) s(name, value)`,
    [Object.keys(values), Object.values(values)],
  );
}
