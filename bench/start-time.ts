import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { runModule } from '../scripts/command.ts';
import { root } from '../scripts/root.ts';
import { makeCommandFiles } from '../test/rig/command-files.ts';
import { stepEnvironment } from '../test/rig/runner-environment.ts';
import { interleaved } from './measure.ts';

type Environment = Record<string, string>;

/**
 * Measures starts of Node in milliseconds: to the end of one that has nothing to do, and
 * to the first line of others. That of `vacuum` refuses a nonsensical deadline.
 */
export async function startTimes(dist: string, rounds: number) {
  const directory = join(root, 'build', 'bench-start');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  try {
    const env = stepEnvironment(
      { inputs: { deadline: 'nonsense' } },
      directory,
      directory,
      makeCommandFiles(directory),
    );
    const core = await bundledCore(directory);
    const runtime = join(dist, 'index.js');
    return await interleaved(
      {
        bare: () => untilEnd(['-e', '0'], env),
        print: () => untilFirstLine(printing(''), env),
        core: () => untilFirstLine(printing(core), env),
        runtime: () => untilFirstLine(printing(runtime), env),
        action: () => untilFirstLine([join(dist, 'vacuum.js')], env),
      },
      rounds,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The arguments of a Node that loads a module, if one is given, and prints a line. */
function printing(file: string): string[] {
  const load = file && `await import('${pathToFileURL(file)}');`;
  return ['--input-type=module', '-e', `${load} console.log('started')`];
}

/** With the same tool as the suite, for the figures to be comparable. */
async function bundledCore(directory: string): Promise<string> {
  const input = join(directory, 'core.js');
  await writeFile(input, "export * from '@actions/core';\n");
  const out = join(directory, 'core');
  const args = [
    'build',
    input,
    '-o',
    out,
    '--no-cache',
    '--target',
    'es2022',
    '-m',
    '-q',
  ];
  const { code, output } = await runModule('@vercel/ncc/dist/ncc/cli.js', args);
  if (code !== 0) throw new Error(output);
  return join(out, 'index.js');
}

async function untilEnd(args: readonly string[], env: Environment): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
  await once(child, 'exit');
  return performance.now() - begun;
}

/** Masks do not count: they are for the runner. */
async function untilFirstLine(
  args: readonly string[],
  env: Environment,
): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  let took: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('::add-mask::')) took ??= performance.now() - begun;
  }
  await ended;
  if (took === undefined) throw new Error(`node ${args.join(' ')} wrote nothing.`);
  return took;
}
