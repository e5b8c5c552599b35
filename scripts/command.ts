import { spawn } from 'node:child_process';
import { root } from './root.ts';

export interface CommandResult {
  /** Exit code, or null when a signal ended the command. */
  readonly code: number | null;
  /** What it wrote to both streams, in the order of arrival. */
  readonly output: string;
}

/** Runs a command in the checkout and collects what it writes; rejects when it cannot start. */
export function runCommand(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        output += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: output.trimEnd() }));
  });
}

/** Runs a JavaScript program of node_modules, given by its path there, with this Node. */
export function runModule(path: string, args: readonly string[]): Promise<CommandResult> {
  return runCommand(process.execPath, [`node_modules/${path}`, ...args]);
}
