import {
  chmod,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { messageOf } from '../../../core/message-of.ts';
import {
  endProcess,
  isRunning,
  ownIdentity,
  type ProcessIdentity,
  workingDirectoryOf,
} from './processes.ts';
import { mayEnter, serverUser } from './server-user.ts';

const prefix = 'matchbook-restore-';
const ownerFile = 'owner.json';
/** A server that was told to drop everything is gone in a moment. */
const stopPatienceMs = 5000;

/** Where a test keeps its files. Disposing of it removes them. */
export interface ScratchDirectory extends AsyncDisposable {
  readonly path: string;
}

/**
 * Where tests make their directories: the one that is given, else `RUNNER_TEMP` or, where
 * the user of the server may not enter that, the directory for temporary files.
 */
export async function findWorkDirectory(given: string | null): Promise<string> {
  const user = serverUser();
  const usual = [process.env['RUNNER_TEMP'], tmpdir()].filter((one) => one !== undefined);
  for (const directory of given === null ? usual : [given]) {
    if (directory && (await mayEnter(user, directory).catch(() => false))) {
      return await realpath(directory);
    }
  }
  throw new Error(
    `${given ?? usual.join(' and ')} cannot be used for the test: it must be there, and the user nobody, as whom the server runs when this runs as root, must be able to enter it and what is above it. Give another work-directory.`,
  );
}

/** Makes a directory that the next run finds, should this one be killed. */
export async function makeScratchDirectory(parent: string): Promise<ScratchDirectory> {
  const directory = await mkdtemp(path.join(parent, `${prefix}${process.pid}-`));
  // Others may pass through to what they own, and see nothing on the way.
  await chmod(directory, 0o711);
  const owner = JSON.stringify(await ownIdentity());
  await writeFile(path.join(directory, ownerFile), owner, { mode: 0o600 });
  return {
    path: directory,
    [Symbol.asyncDispose]: () => removeScratch(directory),
  };
}

/** Removes what killed runs have left, their servers too. Returns what it did, for people. */
export async function sweepScratch(given: string | null): Promise<string> {
  const parents = new Set([await findWorkDirectory(given), await realpath(tmpdir())]);
  const removed: string[] = [];
  const problems: string[] = [];
  for (const parent of parents) {
    for (const name of await readdir(parent).catch(() => [])) {
      const directory = path.join(parent, name);
      if (!name.startsWith(prefix) || !(await isAbandoned(directory))) continue;
      try {
        await removeScratch(directory);
        removed.push(directory);
      } catch (error) {
        problems.push(`${directory} could not be removed: ${messageOf(error)}.`);
      }
    }
  }
  const [one] = removed;
  const what =
    removed.length === 1
      ? `Removed ${one}, with all that a killed run had left in it.`
      : `Removed ${removed.length} directories that killed runs had left.`;
  return [one === undefined ? 'Nothing had been left.' : what, ...problems].join(' ');
}

async function isAbandoned(directory: string): Promise<boolean> {
  try {
    const text = await readFile(path.join(directory, ownerFile), 'utf8');
    return !(await isRunning(JSON.parse(text) as ProcessIdentity));
  } catch {
    // Just made, or somebody else's: it is theirs to remove.
    return false;
  }
}

async function removeScratch(directory: string): Promise<void> {
  await endServer(path.join(directory, 'data'));
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}

/** Ends the server of a data directory, if it is that one which works in it. */
async function endServer(dataDirectory: string): Promise<void> {
  const file = path.join(dataDirectory, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  // Its number may be another process's by now.
  if (!(pid > 1) || (await workingDirectoryOf(pid)) !== dataDirectory) return;
  await endProcess(pid, 'SIGQUIT', stopPatienceMs);
}
