import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type } from '../cargo.ts';
import type { RealCommit, Update } from './announcements.ts';
import type { StagedTree } from './staged.ts';

/** What is in the project beside what is updated, for tampering to lay hands on. */
export const bystander = { name: 'ms', version: '2.1.2', newer: '2.1.3' };

const quietly =
  '--package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error';

const known = new Map<string, Promise<[StagedTree, StagedTree]>>();

/** Lets the real npm make the lockfiles of a project before and after an update, once. */
export function npmTrees(
  commit: RealCommit,
  updates: readonly Update[],
  asOf: Date,
): Promise<[StagedTree, StagedTree]> {
  const trees = known.get(commit.sha) ?? makeTrees(updates, asOf);
  known.set(commit.sha, trees);
  return trees;
}

async function makeTrees(
  updates: readonly Update[],
  asOf: Date,
): Promise<[StagedTree, StagedTree]> {
  const directory = await mkdtemp(join(tmpdir(), 'matchbook-bench-npm-'));
  try {
    const own = JSON.stringify({ name: 'app', version: '0.1.0' });
    await writeFile(join(directory, 'package.json'), own);
    const install = async (packages: readonly string[]): Promise<StagedTree> => {
      const line = `npm install ${quietly} --before=${asOf.toISOString()} ${packages.join(' ')}`;
      const { code, output } = await type(line, directory);
      if (code !== 0) throw new Error(`\`${line}\` failed: ${output.slice(0, 500)}`);
      return treeIn(directory);
    };
    const { name, version } = bystander;
    const others = updates.some((one) => one.name === name) ? [] : [`${name}@${version}`];
    const old = updates.map((one) => `${one.name}@${one.from}`);
    const before = await install([...old, ...others]);
    const after = await install(updates.map((one) => `${one.name}@${one.to}`));
    return [before, after];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function treeIn(directory: string): Promise<StagedTree> {
  const read = (file: string) => readFile(join(directory, file), 'utf8');
  const lock = JSON.parse(await read('package-lock.json'));
  for (const [path, entry] of Object.entries<Record<string, unknown>>(lock.packages)) {
    const name = path.split('node_modules/').at(-1) ?? '';
    // Some configurations leave it out, and a mirror has another host.
    if (path !== '' && entry['integrity']) entry['resolved'] = tarball(name, entry);
  }
  return {
    'package.json': await read('package.json'),
    'package-lock.json': JSON.stringify(lock, null, 2),
  };
}

function tarball(
  name: string,
  { version, name: aliased }: Record<string, unknown>,
): string {
  const real = typeof aliased === 'string' ? aliased : name;
  return `https://registry.npmjs.org/${real}/-/${real.split('/').at(-1)}-${version}.tgz`;
}
