import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Archive } from '../../../../src/pg-dump/archive.ts';
import { parseArchive } from '../../../../src/pg-dump/parse-archive.ts';
import {
  type Installation,
  programEnvironment,
} from '../../../../src/tasks/backup-restore-test/restore/programs.ts';
import {
  type ClusterOptions,
  type ScratchServer,
  startScratchCluster,
} from '../../../../src/tasks/backup-restore-test/restore/scratch-cluster.ts';
import { makeScratchDirectory } from '../../../../src/tasks/backup-restore-test/restore/scratch-directory.ts';

const never = new AbortController().signal;

/** A server, and the directory in which it and its dumps lie. */
export interface TestServer extends ScratchServer {
  readonly directory: string;
}

/** Starts a server for a test; disposing of it removes its directory, too. */
export async function startServer(
  installation: Installation,
  options: Partial<ClusterOptions> = {},
): Promise<TestServer> {
  await using resources = new AsyncDisposableStack();
  const { path: directory } = resources.use(await makeScratchDirectory(tmpdir()));
  const defaults = { encoding: 'UTF8', preload: [], signal: never };
  const server = resources.use(
    await startScratchCluster(installation, directory, { ...defaults, ...options }),
  );
  const held = resources.move();
  return { ...server, directory, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Runs statements as superuser, one by one where they are many. */
export async function query(
  server: ScratchServer,
  database: string,
  ...statements: string[]
): Promise<Record<string, unknown>[]> {
  const client = await server.connect(database);
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** An archive that pg_dump wrote. */
export interface Dump {
  readonly file: string;
  readonly archive: Archive;
}

/** Dumps a database with the pg_dump of the same installation. */
export async function dump(
  server: TestServer,
  { bin }: Installation,
  database: string,
  ...args: string[]
): Promise<Dump> {
  const file = path.join(server.directory, 'backup.dump');
  const place = ['-h', server.host, '-p', String(server.port), '-U', 'postgres'];
  const named = `dbname='${database.replace(/['\\]/g, '\\$&')}'`;
  const options = ['-Fc', '-f', file, ...args, '-d', named];
  await promisify(execFile)(path.join(bin, 'pg_dump'), [...place, ...options], {
    env: programEnvironment(bin),
  });
  const archive = parseArchive(await readFile(file), true);
  if (!archive) throw new Error('The table of contents has no end.');
  return { file, archive };
}
