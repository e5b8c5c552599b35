import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ticksPerSecond = 100;

/**
 * The most memory that a process had until it ended, without the processes that it started;
 * looked at every 50 ms.
 */
export async function watchMemory(pid: number): Promise<number> {
  let peakBytes = 0;
  for (;;) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    if (kilobytes === undefined) return peakBytes;
    peakBytes = Number(kilobytes) * 1024;
    await delay(50);
  }
}

/** What the children of this process have used that have ended, with all of theirs. */
export async function cpuSecondsOfEnded(): Promise<number> {
  const [, , children = 0, inSystem = 0] = await cpuTimes(process.pid);
  return children + inSystem;
}

/** What a server has used so far, with its processes that have ended and those that have not. */
export async function cpuSecondsOfServer(pid: number): Promise<number> {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = (await readFile(path, 'utf8')).trim().split(' ').map(Number);
  const all = await Promise.all([pid, ...children].map(cpuTimes));
  return all.flat().reduce((sum, one) => sum + one, 0);
}

/** Of a process in user mode and in the system, and the same of its ended children. */
async function cpuTimes(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program may hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).map((ticks) => Number(ticks) / ticksPerSecond);
}

/** The most disk space that the files below a directory took, looked at every 200 ms. */
export async function watchDisk(
  directory: string,
  isOver: () => boolean,
): Promise<number> {
  let peakBytes = 0;
  while (!isOver()) {
    peakBytes = Math.max(peakBytes, await diskBytes(directory));
    await delay(200);
  }
  return peakBytes;
}

async function diskBytes(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return diskBytes(path);
      const blocks = await stat(path).then(
        (one) => one.blocks,
        () => 0,
      );
      return blocks * 512;
    }),
  );
  return sizes.reduce((sum, one) => sum + one, 0);
}
