import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { messageOf } from '../../../core/message-of.ts';
import { endOf, hasEnded } from './processes.ts';
import { type Installation, programEnvironment } from './programs.ts';
import { giveTo, type ServerUser, serverUser } from './server-user.ts';

export interface ClusterOptions {
  readonly encoding: string;
  /** Libraries that must be loaded from the start, as TimescaleDB must. */
  readonly preload: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * A server to restore into. The one below is a cluster on this machine; where a database
 * outgrows the machine, another may run elsewhere, and nothing else has to know.
 */
export interface ScratchServer extends AsyncDisposable {
  /** `15.18` */
  readonly version: string;
  /** How libpq reaches it: a directory for its socket, or a host. */
  readonly host: string;
  readonly port: number;
  /** As superuser. */
  connect(database: string): Promise<pg.Client>;
  /** The end of its log. */
  logTail(): Promise<string>;
}

const superuser = 'postgres';
const port = 5432;
/** The longest path that the address of a socket has room for, on Linux and macOS. */
const maxSocketPath = 103;
const stopPatienceMs = 3000;

/**
 * Settings for a server that may lose everything at any time, measured one by one: writing
 * no WAL and no barriers is faster and takes a third less disk; sorting in little memory is
 * faster than in much, for it stays in the caches of the processor.
 */
const settings = {
  listen_addresses: '',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '20GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
  maintenance_work_mem: '16MB',
  jit: 'off',
  // A restore locks every partition of a table at once.
  max_locks_per_transaction: '512',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  // Neither a restored subscription nor a restored job may begin to work.
  max_logical_replication_workers: '0',
  'timescaledb.max_background_workers': '0',
  'timescaledb.telemetry_level': 'off',
  'cron.launch_active_jobs': 'off',
  unix_socket_permissions: '0700',
};

/** Makes a cluster in a directory, and starts its server on a socket that only we can use. */
export async function startScratchCluster(
  installation: Installation,
  directory: string,
  { encoding, preload, signal }: ClusterOptions,
): Promise<ScratchServer> {
  const user = serverUser();
  const dataDirectory = path.join(directory, 'data');
  const host = socketDirectoryIn(directory);
  if (!hasRoomForSocket(directory)) {
    throw new Error(
      `The path of the server's socket, in ${host}, is longer than the ${maxSocketPath} bytes that the system allows. Give a work-directory with a shorter path.`,
    );
  }
  for (const made of [dataDirectory, host]) {
    await mkdir(made, { mode: 0o700 });
    await giveTo(user, made);
  }
  await initialize(installation, dataDirectory, encoding, { user, signal });
  const lines = Object.entries({
    ...settings,
    unix_socket_directories: host,
    shared_preload_libraries: preload.join(','),
  }).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  await appendFile(path.join(dataDirectory, 'postgresql.conf'), lines.join(''));
  const logFile = path.join(directory, 'server.log');
  const server = await spawnServer(installation, dataDirectory, logFile, user);
  const connect = (database: string) => connectTo({ host, database });
  const stop = () => stopServer(server);
  const logTail = async () => (await readFile(logFile, 'utf8')).slice(-2000);
  try {
    await untilReady(server, connect, signal);
  } catch (error) {
    await stop();
    signal.throwIfAborted();
    throw new Error(
      `The server for the test did not start: ${messageOf(error)}. Its log ends with: ${await logTail()}`,
    );
  }
  const { version } = installation;
  return { version, host, port, connect, logTail, [Symbol.asyncDispose]: stop };
}

/** Whether the path of the server's socket is short enough, if the server is made here. */
export function hasRoomForSocket(directory: string): boolean {
  const socket = path.join(socketDirectoryIn(directory), `.s.PGSQL.${port}`);
  return Buffer.byteLength(socket) <= maxSocketPath;
}

function socketDirectoryIn(directory: string): string {
  return path.join(directory, 's');
}

/** Rows are sorted by their bytes, which is fastest, and letters are those of UTF-8. */
async function initialize(
  { bin }: Installation,
  dataDirectory: string,
  encoding: string,
  { user, signal }: { user: ServerUser | null; signal: AbortSignal },
): Promise<void> {
  const locales =
    encoding === 'UTF8'
      ? [['--lc-collate=C', '--lc-ctype=C.UTF-8'], ['--locale=C']]
      : [['--locale=C']];
  const failures: string[] = [];
  for (const locale of locales) {
    const args = [
      `--pgdata=${dataDirectory}`,
      `--username=${superuser}`,
      `--encoding=${encoding}`,
      ...locale,
      '--auth=trust',
      '--no-sync',
      '--no-instructions',
    ];
    const options = { ...user, env: programEnvironment(bin), cwd: '/', signal };
    const running = promisify(execFile)(path.join(bin, 'initdb'), args, options);
    try {
      await running;
      return;
    } catch (error) {
      // When told to end, it still removes what it has made.
      await endOf(running.child, stopPatienceMs);
      signal.throwIfAborted();
      failures.push(messageOf(error));
    }
  }
  throw new Error(`initdb in ${bin} failed: ${failures.at(-1)}`);
}

async function spawnServer(
  { bin }: Installation,
  dataDirectory: string,
  logFile: string,
  user: ServerUser | null,
): Promise<ChildProcess> {
  await using log = await open(logFile, 'a', 0o600);
  const server = spawn(path.join(bin, 'postgres'), ['-D', dataDirectory], {
    ...user,
    env: programEnvironment(bin),
    cwd: '/',
    stdio: ['ignore', log.fd, log.fd],
  });
  // One that cannot even be started ends at once; that is seen below.
  server.on('error', () => {});
  return server;
}

async function untilReady(
  server: ChildProcess,
  connect: (database: string) => Promise<pg.Client>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const client = await connect('postgres').catch((error: unknown) => ({ error }));
    if (client instanceof pg.Client) return await client.end();
    if (hasEnded(server)) throw client.error;
    await delay(10);
  }
}

async function connectTo({ host, database }: { host: string; database: string }) {
  const client = new pg.Client({
    host,
    port,
    database,
    user: superuser,
    application_name: 'matchbook-maintenance',
    // Variables of the environment, which are meant for another server, must not count.
    ...{ ssl: false, sslnegotiation: 'postgres', options: '-c statement_timeout=0' },
  });
  // When the server is stopped, so are its connections; whoever uses one hears of it.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Nothing that it holds is needed any more. */
async function stopServer(server: ChildProcess): Promise<void> {
  if (!hasEnded(server)) server.kill('SIGQUIT');
  await endOf(server, stopPatienceMs);
}
