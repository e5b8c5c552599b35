import {
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * No build takes so long. A pid says little of a lock that is older: after a restart, or
 * in another container, it may be that of any process.
 */
const longestMs = 600_000;

/**
 * Does `work` in one process at a time of all that name the same lock. What a process
 * left that died meanwhile keeps nobody waiting.
 *
 * The lock is a folder with one file, whose name is the pid of the owner; an empty folder
 * is free. So whoever removes the mark of a dead owner, found a moment ago, can never
 * remove that of the next one instead.
 */
export async function withBuildLock<Value>(
  lock: string,
  work: () => Promise<Value>,
): Promise<Value> {
  await mkdir(dirname(lock), { recursive: true });
  while ((await isHeld(lock)) || !(await take(lock))) await delay(100);
  try {
    return await work();
  } finally {
    await rm(join(lock, String(process.pid)), { force: true });
    // Somebody else may have taken it already.
    await rmdir(lock).catch(() => undefined);
  }
}

/** Removes the marks of the dead. */
async function isHeld(lock: string): Promise<boolean> {
  let held = false;
  for (const pid of await readdir(lock).catch(() => [])) {
    const mark = join(lock, pid);
    if (isAlive(Number(pid)) && !(await isOld(mark))) held = true;
    else await rm(mark, { force: true });
  }
  return held;
}

/** Only one can: a folder replaces another at once, and only an empty one. */
async function take(lock: string): Promise<boolean> {
  const mine = await mkdtemp(`${lock}.`);
  try {
    await writeFile(join(mine, String(process.pid)), '');
    await rename(mine, lock);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['ENOTEMPTY', 'EEXIST'].includes(code)) throw error;
    return false;
  } finally {
    await rm(mine, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Otherwise it is that of another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function isOld(mark: string): Promise<boolean> {
  const status = await stat(mark).catch(() => null);
  return status !== null && Date.now() - status.mtimeMs > longestMs;
}
