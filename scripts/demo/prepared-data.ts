import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessAborted } from '../../src/core/cancellation.ts';
import { cacheDirectory } from '../../test/rig/cache.ts';
import { startCluster } from '../../test/rig/postgres.ts';
import { postgresBinaries } from '../../test/rig/postgres-binaries.ts';
import { copyData, makeDataDirectory } from './data-directory.ts';
import { fill } from './database/fill.ts';

/** Matchbook runs on PostgreSQL 15. */
export const postgresVersion = 15;

const prefix = 'demo-';

// Few files to copy for each demo: the write-ahead log is kept short.
const settings = { max_wal_size: '32MB', min_wal_size: '32MB' };

/**
 * Returns where the filled data directory lies, or is to be made: its name changes with
 * PostgreSQL and with what it is filled with.
 */
export async function preparedDirectory(): Promise<string> {
  const { release } = await postgresBinaries(postgresVersion);
  const platform = `${process.platform}-${process.arch}`;
  const name = `${prefix}${release}-${platform}-${await contentHash()}`;
  return join(cacheDirectory(), name);
}

/** Fills a data directory, in place of what earlier versions of the demo have made. */
export async function prepare(directory: string, signal: AbortSignal): Promise<void> {
  await removeOlder(directory);
  await using resources = new AsyncDisposableStack();
  const dataDirectory = await makeDataDirectory(resources);
  const cluster = await startCluster(postgresVersion, { settings, dataDirectory });
  resources.use(cluster);
  signal.throwIfAborted();
  await unlessAborted(fill(cluster), signal);
  // Only a server that is shut down in order writes its statistics down.
  await cluster.stop();
  await keep(dataDirectory, directory);
}

async function contentHash(): Promise<string> {
  const folder = join(import.meta.dirname, 'database');
  const hash = createHash('sha256');
  for (const file of (await readdir(folder)).sort()) {
    hash.update(await readFile(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

async function removeOlder(directory: string): Promise<void> {
  for (const name of await readdir(cacheDirectory())) {
    const path = join(cacheDirectory(), name);
    if (!name.startsWith(prefix) || path.startsWith(directory)) continue;
    await rm(path, { recursive: true, force: true });
  }
}

async function keep(dataDirectory: string, directory: string): Promise<void> {
  const partial = await mkdtemp(`${directory}.partial-`);
  try {
    await copyData(dataDirectory, partial);
    await rename(partial, directory);
  } catch (error) {
    // Another demo may have finished the same work first.
    if (!existsSync(directory)) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
