import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../scripts/root.ts';
import { type BundleSize, bundleSize } from './bundle-size.ts';

const needed = ['actions', 'scripts', 'src', 'package.json', 'tsconfig.json'];

/** Builds a copy of the tree with one action, then with a second one; weighs both. */
export async function secondAction(): Promise<{ one: BundleSize; two: BundleSize }> {
  // Within the checkout, so that it lies on the same disk, as hard links must.
  const copy = join(root, 'build', 'bench-second-action');
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  try {
    for (const name of [...needed, 'tsconfig.build.json']) {
      await cp(join(root, name), join(copy, name), { recursive: true });
    }
    await run('cp', ['-al', join(root, 'node_modules'), copy], copy);
    const one = await built(copy, 'one');
    await addTask(copy);
    return { one, two: await built(copy, 'two') };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function built(copy: string, name: string): Promise<BundleSize> {
  const out = join(copy, name);
  await run(process.execPath, ['scripts/build.ts', '--out', out], copy);
  return bundleSize(out);
}

async function addTask(copy: string): Promise<void> {
  for (const folder of ['actions', 'src/tasks']) {
    const from = join(copy, folder, 'vacuum');
    await cp(from, join(copy, folder, 'second'), { recursive: true });
  }
  const index = 'src/tasks/second/index.ts';
  await replace(join(copy, index), "name: 'vacuum'", "name: 'second'");
  const entry = "vacuum: () => import('./tasks/vacuum/index.ts'),";
  const second = entry.replaceAll('vacuum', 'second');
  await replace(join(copy, 'src/main.ts'), entry, `${entry}\n  ${second}`);
}

async function replace(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from} to replace.`);
  await writeFile(file, text.replace(from, to));
}

async function run(command: string, args: string[], cwd: string): Promise<void> {
  await promisify(execFile)(command, args, { cwd });
}
