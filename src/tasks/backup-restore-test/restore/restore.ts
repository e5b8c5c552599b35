import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import type { Finding } from '../../../core/finding.ts';
import type { Archive } from '../../../pg-dump/archive.ts';
import { isTimescale } from './needs.ts';
import { endOf } from './processes.ts';
import { type Installation, programEnvironment } from './programs.ts';
import { RestoreClock, type TimedItem } from './restore-clock.ts';
import { RestoreMessages } from './restore-messages.ts';
import { rolesOf } from './roles.ts';
import type { ScratchServer } from './scratch-cluster.ts';

const stopPatienceMs = 3000;

export interface RestoreOptions {
  readonly installation: Installation;
  /** How many tables and indexes at a time. */
  readonly jobs: number;
  readonly schemaOnly: boolean;
  readonly signal: AbortSignal;
  /** Is told what pg_restore works on. */
  onProgress?(line: string): void;
}

/** A restore that has come to its end, well or not. */
export interface Restored {
  /** The database in which everything is now. */
  readonly database: string;
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  /** Every item, the slowest first. */
  readonly slowest: readonly TimedItem[];
  readonly problems: readonly Finding[];
}

/**
 * Restores an archive into a database of its own name, after making the roles that it refers
 * to, with the steps that TimescaleDB asks for. An error of pg_restore ends nothing: all of
 * them are in the result. Throws where it could not be run, and the signal's reason.
 */
export async function restoreArchive(
  server: ScratchServer,
  archive: Archive,
  file: string,
  options: RestoreOptions,
): Promise<Restored> {
  const database = await prepare(server, archive);
  const clock = new RestoreClock();
  // https://docs.timescale.com: its catalog must be restored as a whole, by one session.
  const withTimescale = isTimescale(archive) && !options.schemaOnly;
  if (withTimescale) {
    await inDatabase(server, database, 'create extension if not exists timescaledb');
    await inDatabase(server, database, 'select timescaledb_pre_restore()');
  }
  const jobs = isTimescale(archive) ? 1 : options.jobs;
  const problems = await run(server, database, file, { ...options, jobs }, clock);
  if (withTimescale) {
    await inDatabase(server, database, 'select timescaledb_post_restore()');
  }
  return { database, ...clock.end(), problems };
}

/** Makes the roles and the database; returns its name. */
async function prepare(server: ScratchServer, archive: Archive): Promise<string> {
  const client = await server.connect('postgres');
  try {
    for (const { name, isSuperuser } of rolesOf(archive)) {
      const options = isSuperuser ? 'superuser' : '';
      await client.query(`create role ${pg.escapeIdentifier(name)} ${options}`);
    }
    const { database } = archive.header;
    // Those are there already, and others than the first are templates.
    if (database === 'postgres') return database;
    const name = /^(template[01]|)$/.test(database) ? 'restored' : database;
    await client.query(
      `create database ${pg.escapeIdentifier(name)} with template template0`,
    );
    return name;
  } finally {
    await client.end();
  }
}

async function inDatabase(
  server: ScratchServer,
  database: string,
  statement: string,
): Promise<void> {
  const client = await server.connect(database);
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function run(
  server: ScratchServer,
  database: string,
  file: string,
  { installation, jobs, schemaOnly, signal, onProgress }: RestoreOptions,
  clock: RestoreClock,
): Promise<Finding[]> {
  const { bin } = installation;
  const args = [
    `--dbname=${connectionText(database)}`,
    `--host=${server.host}`,
    `--port=${server.port}`,
    '--username=postgres',
    '--no-password',
    '--no-tablespaces',
    '--verbose',
    ...(jobs > 1 ? [`--jobs=${jobs}`] : []),
    ...(schemaOnly ? ['--schema-only'] : []),
    path.resolve(file),
  ];
  const child = spawn(path.join(bin, 'pg_restore'), args, {
    env: programEnvironment(bin),
    // By this it is found, should it outlive a run that is killed: see `sweepScratch`.
    cwd: server.host.startsWith('/') ? server.host : '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    killSignal: 'SIGTERM',
  });
  let failure: unknown = null;
  child.on('error', (error) => {
    failure = error;
  });
  const lines = createInterface({ input: child.stderr });
  // Should it not end by itself, its workers may hold the other end of the pipe for ever.
  const stop = async () => {
    await endOf(child, stopPatienceMs);
    lines.close();
  };
  signal.addEventListener('abort', stop, { once: true });
  const messages = new RestoreMessages();
  for await (const line of lines) {
    clock.line(line);
    messages.line(line);
    if (line.includes('launching item')) onProgress?.(line);
  }
  await endOf(child, stopPatienceMs);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (failure !== null) throw failure;
  return messages.findings(child.exitCode, child.signalCode);
}

/** libpq reads a name with `=` in it as settings; as one of them, quoted, it is a name. */
function connectionText(database: string): string {
  return `dbname='${database.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
