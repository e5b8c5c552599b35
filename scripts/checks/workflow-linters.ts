import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../test/rig/cache.ts';
import { runCommand } from '../command.ts';

const actionlint = '1.7.12';
const zizmor = '1.32.0';

/** A linter cannot be installed, because what installs it is not on this machine. */
export class ToolMissing extends Error {}

/** Installs actionlint into the cache with Go, unless it is there, and returns its path. */
export async function installActionlint(): Promise<string> {
  const folder = await toolFolder(`actionlint-${actionlint}`);
  const program = join(folder, 'actionlint');
  if (existsSync(program)) return program;
  const source = `github.com/rhysd/actionlint/cmd/actionlint@v${actionlint}`;
  await install('go', ['install', source], {
    ...process.env,
    GOBIN: folder,
    GOFLAGS: '',
  });
  return program;
}

/** Installs zizmor into the cache with pip, unless it is there, and returns its path. */
export async function installZizmor(): Promise<string> {
  const folder = await toolFolder(`zizmor-${zizmor}`);
  const program = join(folder, 'bin', 'zizmor');
  if (existsSync(program)) return program;
  const options = ['--quiet', '--disable-pip-version-check', '--target', folder];
  await install('python3', ['-m', 'pip', 'install', ...options, `zizmor==${zizmor}`]);
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
