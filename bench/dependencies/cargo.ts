import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a command came to. */
export interface Typed {
  readonly code: number | null;
  readonly output: string;
}

/** Types a line into a shell in a directory. */
export async function type(line: string, directory: string): Promise<Typed> {
  const child = spawn('bash', ['-c', `{ ${line}\n} 2>&1`], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, CARGO_TERM_COLOR: 'never', CARGO_NET_RETRY: '2' },
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { code: child.exitCode, output };
}

/** Throws where cargo is not here, or cannot reach its registry. */
export async function needCargo(directory: string): Promise<void> {
  const { code, output } = await type('cargo --version', directory);
  if (code !== 0) throw new Error(`It needs cargo: ${output.trim()}`);
  const asked = await type('cargo info --registry crates-io itoa', directory);
  if (asked.code === 0) return;
  const why = asked.output.trim().split('\n').at(-1);
  throw new Error(`It needs the registry of crates.io, which cargo cannot reach: ${why}`);
}
