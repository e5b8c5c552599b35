import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from '../build.ts';
import { root } from '../root.ts';
import { phase } from './phase.ts';

const dist = join(root, 'dist');

/** Builds the actions where they are missing, or older than their sources. */
export async function ensureBuilt(): Promise<void> {
  const problem = await problemWithBuild();
  if (problem) await phase(`dist/ ${problem}: building it`, () => build(dist));
}

async function problemWithBuild(): Promise<string | null> {
  const built = (await modificationTimesMs(dist)).filter(({ file }) =>
    file.endsWith('.js'),
  );
  if (built.length === 0) return 'is missing';
  const sources = await modificationTimesMs(join(root, 'src'));
  const changedMs = Math.max(...sources.map(({ timeMs }) => timeMs));
  const isNewer = built.every(({ timeMs }) => timeMs >= changedMs);
  return isNewer || (await isAsCommitted()) ? null : 'is older than src/';
}

/**
 * Whether git knows of no change of src/ or dist/. What is committed belongs together, as
 * a check makes sure, and a fresh clone has its files in any order of time.
 */
async function isAsCommitted(): Promise<boolean> {
  // In containers the checkout often belongs to somebody else, of whom git is wary.
  const trusting = ['-c', `safe.directory=${root}`];
  const args = [...trusting, 'status', '--porcelain', '--', 'src', 'dist'];
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: root });
    return stdout === '';
  } catch {
    return false;
  }
}

async function modificationTimesMs(
  folder: string,
): Promise<{ file: string; timeMs: number }[]> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  return Promise.all(
    files.map(async (file) => ({
      file,
      timeMs: (await stat(join(folder, file))).mtimeMs,
    })),
  );
}
