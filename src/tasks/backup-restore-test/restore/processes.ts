import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A process, told apart from later ones that may get its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the machine started; null where the system does not tell. */
  readonly startTime: string | null;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const stat = await statOf(process.pid);
  return { pid: process.pid, startTime: stat?.startTime ?? null };
}

/** Whether a process still runs. */
export async function isRunning({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  const now = (await statOf(pid))?.startTime ?? null;
  return startTime === null || now === null || now === startTime;
}

/**
 * The programs of PostgreSQL that work in a directory or below it; none where the system
 * does not tell.
 */
export async function programsIn(directory: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      if (!/^\d+$/.test(name)) return [];
      try {
        // What has ended, or is another user's, cannot be read.
        const at = await readlink(`/proc/${name}/cwd`);
        const isInside = at === directory || at.startsWith(directory + path.sep);
        const program = isInside ? await readFile(`/proc/${name}/comm`, 'utf8') : '';
        return /^(postgres|pg_restore|initdb)$/.test(program.trim())
          ? [Number(name)]
          : [];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}

/**
 * Ends a process: by a signal, and where that does not help within the time, by SIGKILL.
 * Throws where that does not help either.
 */
export async function endProcess(
  pid: number,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<void> {
  send(pid, signal);
  const killAt = Date.now() + patienceMs;
  while (await isAlive(pid)) {
    if (Date.now() > killAt + patienceMs) throw new Error(`Process ${pid} does not end.`);
    if (Date.now() > killAt) send(pid, 'SIGKILL');
    await delay(20);
  }
}

/** Waits until a child that was told to end has done so; after that time, sees to it. */
export async function endOf(child: ChildProcess, patienceMs: number): Promise<void> {
  if (hasEnded(child)) return;
  const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await once(child, 'exit');
  clearTimeout(patience);
}

/** Whether a child has ended, or never began. */
export function hasEnded({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

/** One that has ended counts as dead also where its parent never asks how. */
async function isAlive(pid: number): Promise<boolean> {
  if (!exists(pid)) return false;
  return (await statOf(pid))?.state !== 'Z';
}

/** Fields 3 and 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function statOf(pid: number): Promise<{ state: string; startTime: string } | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The name of the program, in parentheses, may hold spaces.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields?.[0], fields?.[19]];
  return state && startTime ? { state, startTime } : null;
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
