import {
  access,
  chmod,
  constants,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
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
  programsIn,
} from './processes.ts';
import { hasRoomForSocket } from './scratch-cluster.ts';
import { mayEnter, type ServerUser, serverUser } from './server-user.ts';

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
 * the user of the server may not enter that or its path is too long for a socket, the
 * directory for temporary files.
 */
export async function findWorkDirectory(given: string | null): Promise<string> {
  const user = serverUser();
  const usual = [process.env['RUNNER_TEMP'], tmpdir()].filter((one) => one !== undefined);
  const usable: string[] = [];
  for (const directory of given === null ? usual : [given]) {
    if (await isUsable(user, directory)) usable.push(await realpath(directory));
  }
  const scratch = `${prefix}${process.pid}-abcdef`;
  const roomy = usable.find((directory) =>
    hasRoomForSocket(path.join(directory, scratch)),
  );
  const best = roomy ?? usable[0];
  if (best !== undefined) return best;
  throw new Error(
    `${given ?? usual.join(' and ')} cannot be used for the test: it must be a directory that can be written to, and the user nobody, as whom the server runs when this runs as root, must be able to enter it and what is above it. Give another work-directory.`,
  );
}

async function isUsable(user: ServerUser | null, directory: string): Promise<boolean> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
    return (await stat(directory)).isDirectory() && (await mayEnter(user, directory));
  } catch {
    return false;
  }
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

/** What still works in it is ended: the server, and what restores into it. */
async function removeScratch(directory: string): Promise<void> {
  const pids = await programsIn(directory);
  await Promise.all(pids.map((pid) => endProcess(pid, 'SIGQUIT', stopPatienceMs)));
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
