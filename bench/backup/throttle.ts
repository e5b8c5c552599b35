import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawnTied } from '../../test/rig/lifeline.ts';

const program = fileURLToPath(new URL('throttle-process.ts', import.meta.url));

/** A link of limited speed to a port of this machine. */
export interface Link extends AsyncDisposable {
  readonly endpointUrl: string;
}

/**
 * Starts a process in front of a port that passes its answers on at some speed, all
 * connections together.
 */
export async function startLink(port: number, bytesPerSecond: number): Promise<Link> {
  const args = [program, String(port), String(bytesPerSecond)];
  const child = spawnTied(process.execPath, args, 'SIGKILL', {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('The link has no output.');
  const [said] = await once(child.stdout, 'data');
  const ended = once(child, 'close');
  return {
    endpointUrl: `http://127.0.0.1:${String(said).trim()}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
