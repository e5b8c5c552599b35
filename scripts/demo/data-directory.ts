import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeClusterDirectory } from '../../test/rig/cluster-directory.ts';
import { giveTo, serverUser } from '../../test/rig/server-user.ts';

/**
 * Makes a place for the data of a server, which is removed with `resources`; as a copy of
 * other data, where some are given. Returns its path.
 */
export async function makeDataDirectory(
  resources: AsyncDisposableStack,
  original?: string,
): Promise<string> {
  const directory = await makeClusterDirectory();
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const data = join(directory, 'data');
  if (original) await copyData(original, data);
  await giveTo(serverUser(), directory);
  return data;
}

/** Copies the data of a server that is not running. */
export async function copyData(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  // Three times as fast as `cp` of node:fs, which is half of the time to start the demo.
  await promisify(execFile)('cp', ['-R', `${from}/.`, to]);
}
