import { readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A process, told apart from later ones that may get its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the machine started; null where the system does not tell. */
  readonly startTime: string | null;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, startTime: await startTimeOf(process.pid) };
}

/** Whether a process still runs. */
export async function isRunning({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  if (!exists(pid)) return false;
  const now = await startTimeOf(pid);
  return startTime === null || now === null || now === startTime;
}

/** Where a process works; null where it has ended, or the system does not tell. */
export async function workingDirectoryOf(pid: number): Promise<string | null> {
  return await readlink(`/proc/${pid}/cwd`).catch(() => null);
}

/** Ends a process: by a signal, and where that does not help within the time, by SIGKILL. */
export async function endProcess(
  pid: number,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<void> {
  send(pid, signal);
  const giveUpAt = Date.now() + patienceMs;
  while (exists(pid)) {
    if (Date.now() > giveUpAt) send(pid, 'SIGKILL');
    await delay(20);
  }
}

/** Field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function startTimeOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The name of the program, in parentheses, may hold spaces.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
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
