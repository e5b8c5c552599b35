import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnTied } from './lifeline.ts';

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The Node binary that runs the actions: the one that runs the tests. */
export function nodeForActions(): string {
  return process.execPath;
}

/** Starts a script in a new process that does not outlive this one. */
export function spawnScript(
  script: string,
  cwd: string,
  env: Record<string, string>,
): ChildProcess {
  return spawnTied(nodeForActions(), [script], 'SIGKILL', {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Waits for the end of a process and of its output. */
export async function processEnd(child: ChildProcess): Promise<ProcessEnd> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  await once(child, 'exit');
  // A grandchild may hold the streams open for longer than the step lasts.
  await Promise.race([closed, delay(1_000, undefined, { ref: false })]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return { code: child.exitCode, signal: child.signalCode };
}
