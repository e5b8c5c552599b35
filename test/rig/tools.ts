import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../scripts/command.ts';
import { cacheDirectory } from './cache.ts';

/** A tool cannot be installed, because what installs it is not on this machine. */
export class ToolMissing extends Error {}

/** Installs a program of a Go module into the cache, unless it is there; returns its path. */
export async function goProgram(source: string, version: string): Promise<string> {
  const name = source.split('/').at(-1) ?? source;
  const folder = await toolFolder(`${name}-${version}`);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '' };
  await install('go', ['install', `${source}@v${version}`], env);
  return program;
}

/** Installs a program from PyPI into the cache, unless it is there; returns its path. */
export async function pythonProgram(
  project: string,
  version: string,
  name = project,
): Promise<string> {
  const folder = await toolFolder(`${project}-${version}`);
  const program = join(folder, 'bin', name);
  if (existsSync(program)) return program;
  const options = ['--quiet', '--disable-pip-version-check', '--target', folder];
  await install('python3', [
    '-m',
    'pip',
    'install',
    ...options,
    `${project}==${version}`,
  ]);
  return program;
}

async function toolFolder(name: string): Promise<string> {
  const folder = join(cacheDirectory(), `${name}-${process.platform}-${process.arch}`);
  await mkdir(folder, { recursive: true });
  return folder;
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
