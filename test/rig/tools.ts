import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../scripts/command.ts';
import { withBuildLock } from './build-lock.ts';
import { cacheDirectory } from './cache.ts';

/** A tool cannot be installed, because what installs it is not on this machine. */
export class ToolMissing extends Error {}

/** Installs a program of a Go module into the cache, unless it is there; returns its path. */
export function goProgram(source: string, version: string): Promise<string> {
  const name = source.split('/').at(-1) ?? source;
  return installOnce(`${name}-${version}`, name, async (folder) => {
    const env = { ...process.env, GOBIN: folder, GOFLAGS: '' };
    await install('go', ['install', `${source}@v${version}`], env);
  });
}

/** Installs a program from PyPI into the cache, unless it is there; returns its path. */
export function pythonProgram(
  project: string,
  version: string,
  name = project,
): Promise<string> {
  const program = join('bin', name);
  return installOnce(`${project}-${version}`, program, async (folder) => {
    const options = ['--quiet', '--disable-pip-version-check', '--target', folder];
    await install('python3', [
      '-m',
      'pip',
      'install',
      ...options,
      `${project}==${version}`,
    ]);
  });
}

/**
 * Makes a folder of the cache, unless the program is in it; returns the path of the
 * program. Test files run at the same time, and a build may take minutes of every core:
 * one process builds, the others wait. Only what is finished gets the name of the folder.
 */
export async function installOnce(
  name: string,
  program: string,
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const home = join(cacheDirectory(), `${name}-${platform}`);
  const path = join(home, program);
  if (existsSync(path)) return path;
  return withBuildLock(`${home}.lock`, async () => {
    // It may have been installed while this process waited.
    if (existsSync(path)) return path;
    const partial = await mkdtemp(`${home}.partial-`);
    try {
      await build(partial);
      await chmod(partial, 0o755);
      // Without the program in it, whatever is there is of no use.
      await rm(home, { recursive: true, force: true });
      await rename(partial, home);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    return path;
  });
}

async function install(
  command: string,
  args: string[],
  env = process.env,
): Promise<void> {
  const line = [command, ...args].join(' ');
  const result = await runCommand(command, args, env).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw new ToolMissing(`\`${line}\` needs ${command}, which is not installed.`);
    },
  );
  if (result.code === 0) return;
  if (result.output.includes('No module named pip')) {
    throw new ToolMissing(`\`${line}\` needs pip, which is not installed.`);
  }
  throw new Error(`\`${line}\` failed:\n${result.output}`);
}
