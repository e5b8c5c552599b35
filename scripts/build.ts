import { existsSync } from 'node:fs';
import { cp, lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { minify } from 'rolldown/utils';
import { runModule } from './command.ts';
import { bundledLicenses } from './licenses.ts';
import { root } from './root.ts';

// Named relative to the root: webpack derives the ids of modules from these paths.
const compiled = 'build/js';
const bundled = 'build/bundle';
const statistics = 'build/bundle-stats.json';

/**
 * Builds the suite into a directory, which is cleared first. The same sources give the same
 * bytes, wherever the checkout lies.
 */
export async function build(outDirectory: string): Promise<void> {
  await refuseLinkedModules();
  for (const directory of [compiled, bundled]) {
    await rm(join(root, directory), { recursive: true, force: true });
  }
  await compile();
  await bundle();
  await minifyFiles(join(root, bundled));
  await writeEntries(join(root, bundled));
  const licenses = await bundledLicenses(join(root, statistics));
  await writeFile(join(root, bundled, 'licenses.txt'), licenses);
  await clear(outDirectory);
  await cp(join(root, bundled), outDirectory, { recursive: true });
}

async function refuseLinkedModules(): Promise<void> {
  const modules = await lstat(join(root, 'node_modules'));
  if (!modules.isSymbolicLink()) return;
  throw new Error(
    'node_modules is a symbolic link, which changes the bundle: run `npm ci`.',
  );
}

async function compile(): Promise<void> {
  await run('typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
}

async function bundle(): Promise<void> {
  const options = ['--no-cache', '--target', 'es2022', '--stats-out', statistics, '-q'];
  const input = `${compiled}/main.js`;
  await run('@vercel/ncc/dist/ncc/cli.js', ['build', input, '-o', bundled, ...options]);
}

async function run(module: string, args: string[]): Promise<void> {
  const { code, output } = await runModule(module, args);
  if (code !== 0) throw new Error(`${[module, ...args].join(' ')} failed:\n${output}`);
}

// ncc's own minifier leaves the chunks as they are.
async function minifyFiles(directory: string): Promise<void> {
  const files = await readdir(directory);
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const path = join(directory, file);
    const { code, errors } = await minify(file, await readFile(path, 'utf8'), {
      module: true,
      compress: { target: 'node24', keepNames: { class: true, function: true } },
      mangle: { keepNames: true },
    });
    if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
    await writeFile(path, code);
  }
}

async function writeEntries(directory: string): Promise<void> {
  for (const task of await taskNames()) {
    await writeFile(join(directory, `${task}.js`), entry('main', task));
    await writeFile(join(directory, `${task}-post.js`), entry('post', task));
  }
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }\n');
}

async function clear(directory: string): Promise<void> {
  const files = existsSync(directory) ? await readdir(directory) : [];
  // A mistyped --out must not cost a folder with something else in it.
  if (files.length > 0 && !files.includes('licenses.txt')) {
    throw new Error(`${directory} is not empty, and was not built by this script.`);
  }
  await rm(directory, { recursive: true, force: true });
}

function entry(phase: 'main' | 'post', task: string): string {
  return `import { ${phase} } from './index.js';\nawait ${phase}('${task}');\n`;
}

/** The names of the tasks: the folders under actions/. */
export async function taskNames(): Promise<string[]> {
  const entries = await readdir(join(root, 'actions'), { withFileTypes: true });
  return entries
    .filter((item) => item.isDirectory())
    .map((item) => item.name)
    .sort();
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
  await build(resolve(values.out));
}
