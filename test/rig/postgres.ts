import fs from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { makeClusterDirectory } from './cluster-directory.ts';
import { Connections, connectionUrl, type UrlOptions } from './connections.ts';
import { type PostgresVersion, postgresBinaries } from './postgres-binaries.ts';
import type { Settings } from './postgres-configuration.ts';
import { prepareDataDirectory, type ServerTls, writeTls } from './postgres-directory.ts';
import { type ServerPlace, type StopMode, stopServer } from './postgres-server.ts';
import { startListening } from './postgres-start.ts';
import { giveTo, serverUser } from './server-user.ts';
import {
  createDatabase,
  createTestDatabase,
  type TestDatabase,
} from './test-database.ts';

export type { UrlOptions } from './connections.ts';
export type { TestDatabase } from './test-database.ts';

export interface ClusterOptions {
  readonly settings?: Settings;
  /** The whole pg_hba.conf, but for the rig's own way in by the socket. */
  readonly hba?: string;
  readonly tls?: ServerTls;
  /** In recovery for ever: a standby of no primary. */
  readonly standby?: true;
  /** Kept in the end; initialised if it is empty or missing. */
  readonly dataDirectory?: string;
  readonly port?: number;
}

export interface Cluster extends AsyncDisposable {
  readonly version: PostgresVersion;
  /** `15.18` */
  readonly release: string;
  readonly host: string;
  readonly port: number;
  readonly socketDirectory: string;
  readonly dataDirectory: string;
  /** Over TCP, by default the superuser's, to database `postgres`. */
  url(options?: UrlOptions): string;
  /** The superuser's through the socket; over TCP if more is asked for. */
  connect(options?: UrlOptions): Promise<pg.Client>;
  createDatabase(template?: string): Promise<TestDatabase>;
  /** Creates a database to create others from; `prepare` fills it. */
  createTemplate(prepare: (client: pg.Client) => unknown): Promise<string>;
  log(): Promise<string>;
  stop(mode?: StopMode): Promise<void>;
}

/** Starts a PostgreSQL server of its own on loopback. */
export async function startCluster(
  version: PostgresVersion,
  options: ClusterOptions = {},
): Promise<Cluster> {
  await using unfinished = new AsyncDisposableStack();
  const place = await makePlace(version, options, unfinished);
  await prepareDataDirectory(place, options);
  const { server, address } = await startListening(
    place,
    {
      fsync: 'off',
      autovacuum: 'off',
      ...(options.tls && (await writeTls(place, options.tls))),
      ...options.settings,
    },
    options.port,
  );
  unfinished.defer(() => stopServer(server, 'fast'));
  const connections = unfinished.use(new Connections(address));

  const resources = unfinished.move();
  const isRunning = () => !resources.disposed;
  const stop = async (mode: StopMode = 'fast') => {
    if (mode === 'immediate') await stopServer(server, mode);
    await resources.disposeAsync();
  };
  return {
    version,
    release: place.binaries.release,
    dataDirectory: place.dataDirectory,
    ...address,
    url: (url) => connectionUrl(address, url),
    connect: (url) => connections.open(url),
    createDatabase: (template = 'template0') =>
      createTestDatabase(address, template, isRunning),
    async createTemplate(prepare) {
      const database = await createDatabase(address, 'template0');
      await using inside = new Connections(address);
      await prepare(await inside.open({ database }));
      return database;
    },
    log: () => fs.readFile(place.logFile, 'utf8'),
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

async function makePlace(
  version: PostgresVersion,
  options: ClusterOptions,
  resources: AsyncDisposableStack,
): Promise<ServerPlace> {
  const binaries = await postgresBinaries(version);
  const user = serverUser();
  const directory = await makeClusterDirectory();
  resources.defer(() => fs.rm(directory, { recursive: true, force: true }));
  await giveTo(user, directory);
  return {
    binaries,
    user,
    socketDirectory: directory,
    logFile: path.join(directory, 'server.log'),
    dataDirectory: options.dataDirectory ?? path.join(directory, 'data'),
  };
}
