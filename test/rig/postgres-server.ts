import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { spawnTied } from './lifeline.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { ServerUser } from './server-user.ts';

export type StopMode = 'fast' | 'immediate';

export interface ServerPlace {
  readonly binaries: PostgresBinaries;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly logFile: string;
  readonly user: ServerUser | null;
}

/** Makes a new data directory with the superuser `postgres`. */
export async function initializeDataDirectory(place: ServerPlace) {
  await promisify(execFile)(
    path.join(place.binaries.bin, 'initdb'),
    [
      `--pgdata=${place.dataDirectory}`,
      '--username=postgres',
      '--encoding=UTF8',
      '--locale=C',
      '--auth=trust',
      '--no-sync',
      '--no-instructions',
    ],
    { ...place.user, env: environment(place), cwd: '/' },
  );
}

/**
 * Starts the server and waits until `connect` succeeds; an error carries the
 * end of the server's log.
 */
export async function startServer(
  place: ServerPlace,
  connect: () => Promise<void>,
  timeoutMs = 30_000,
): Promise<ChildProcess> {
  await using log = await fs.open(place.logFile, 'a');
  const server = spawnTied(
    path.join(place.binaries.bin, 'postgres'),
    ['-D', place.dataDirectory],
    'SIGINT',
    {
      ...place.user,
      env: environment(place),
      cwd: '/',
      stdio: ['ignore', log.fd, log.fd],
    },
  );
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const failure = await connect().catch((error: unknown) => ({ error }));
    if (!failure) return server;
    const ended = hasEnded(server);
    if (ended || Date.now() > giveUpAt) {
      await stopServer(server, 'immediate');
      const tail = (await fs.readFile(place.logFile, 'utf8')).slice(-2_000);
      const what = ended ? 'ended' : `is not ready after ${timeoutMs} ms`;
      throw new Error(`PostgreSQL ${what}. Its log ends with:\n${tail}`, {
        cause: failure.error,
      });
    }
    await delay(10);
  }
}

/** Stops the server and waits for its end; does nothing if it has ended. */
export async function stopServer(server: ChildProcess, mode: StopMode) {
  if (hasEnded(server)) return;
  const ended = once(server, 'exit');
  server.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  const patience = setTimeout(() => server.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(patience);
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}

function environment({ binaries }: ServerPlace): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    LC_ALL: 'C',
    TZ: 'UTC',
    // Libraries find each other by this, not by the programs' own run path.
    LD_LIBRARY_PATH: binaries.lib,
  };
}
