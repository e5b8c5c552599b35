import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

const memory = '/dev/shm';
const enoughBytes = 2 * 1024 ** 3;
const prefix = 'matchbook-pg-';

/**
 * Makes the directory of one cluster, and removes those that processes killed
 * without warning have left behind.
 */
export async function makeClusterDirectory(): Promise<string> {
  const parent = (await hasRoomInMemory()) ? memory : os.tmpdir();
  await sweep(parent);
  return fs.mkdtemp(path.join(parent, `${prefix}${process.pid}-`));
}

/** Creating a database makes 300 files: 20 ms in memory, 200 ms on some disks. */
async function hasRoomInMemory(): Promise<boolean> {
  if (process.env['TMPDIR']) return false;
  const stat = await fs.statfs(memory).catch(() => null);
  return stat !== null && stat.bavail * stat.bsize >= enoughBytes;
}

async function sweep(parent: string): Promise<void> {
  for (const name of await fs.readdir(parent)) {
    const owner = name.startsWith(prefix)
      ? Number.parseInt(name.slice(prefix.length), 10)
      : Number.NaN;
    if (Number.isNaN(owner) || isAlive(owner)) continue;
    // Another user's is theirs to remove.
    const directory = path.join(parent, name);
    await fs.rm(directory, { recursive: true, force: true }).catch(() => null);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
