import {
  type ChildProcess,
  type SpawnOptions,
  spawn,
  spawnSync,
} from 'node:child_process';
import process from 'node:process';

export type DeathSignal = 'SIGINT' | 'SIGKILL';

const children = new Map<ChildProcess, DeathSignal>();
process.on('exit', () => {
  for (const [child, signal] of children) child.kill(signal);
});

/**
 * Spawns a child that gets `deathSignal` when this process ends. On Linux that
 * holds for a SIGKILL too; elsewhere only for an orderly end.
 */
export function spawnTied(
  command: string,
  args: readonly string[],
  deathSignal: DeathSignal,
  options: SpawnOptions,
): ChildProcess {
  const setpriv = findSetpriv();
  const name = deathSignal.slice('SIG'.length);
  const child = setpriv
    ? spawn(setpriv, ['--pdeathsig', name, '--', command, ...args], options)
    : spawn(command, args, options);
  children.set(child, deathSignal);
  child.once('exit', () => children.delete(child));
  child.once('error', () => children.delete(child));
  return child;
}

let found: string | null | undefined;

/** An absolute path, because the child's own PATH may not lead there. */
function findSetpriv(): string | null {
  const works = (file: string) =>
    spawnSync(file, ['--pdeathsig', 'KILL', 'true']).status === 0;
  if (found === undefined) {
    found = ['/usr/bin/setpriv', '/bin/setpriv'].find(works) ?? null;
  }
  return found;
}
