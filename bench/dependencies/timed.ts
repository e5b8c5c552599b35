import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processEnd } from '../../test/rig/action-process.ts';
import { spawnTied } from '../../test/rig/lifeline.ts';

/** What a process and its children have used, by the system's own account. */
export interface Usage {
  readonly seconds: number;
  /** In user mode and in the system. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

export interface TimedRun extends Usage {
  readonly code: number | null;
}

const time = '/usr/bin/time';

/** Runs a command to its end. What it prints is thrown away. */
export async function timed(
  command: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<TimedRun> {
  if (!existsSync(time)) throw new Error(`It needs ${time}, which is not installed.`);
  const directory = await mkdtemp(join(tmpdir(), 'matchbook-bench-timed-'));
  try {
    const [memory, clock] = [join(directory, 'memory'), join(directory, 'clock')];
    // Bash counts in milliseconds what /usr/bin/time rounds to hundredths of a second.
    const script = `TIMEFORMAT='%3R %3U %3S'; { time ${time} -q -f %M -o "$0" -- "$@" >/dev/null 2>/dev/null; } 2> "$CLOCK_FILE"`;
    const child = spawnTied('bash', ['-c', script, memory, ...command], 'SIGKILL', {
      cwd,
      env: { ...env, CLOCK_FILE: clock },
      stdio: 'ignore',
    });
    const { code } = await processEnd(child);
    const times = (await readFile(clock, 'utf8')).trim().split(' ').map(Number);
    const [seconds = Number.NaN, user = Number.NaN, system = Number.NaN] = times;
    const kilobytes = Number((await readFile(memory, 'utf8')).trim());
    return { code, seconds, cpuSeconds: user + system, peakBytes: kilobytes * 1024 };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
