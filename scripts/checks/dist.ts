import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../build.ts';
import { root } from '../root.ts';
import { failed, ok, type Verdict } from './verdict.ts';

/** The committed dist/ is, byte for byte, what the sources build. */
export async function check(): Promise<Verdict> {
  const fresh = join(root, 'build/dist');
  await build(fresh);
  const differences = await compareFolders(join(root, 'dist'), fresh);
  if (differences.length === 0) return ok;
  return failed([...differences, 'Run `npm run build` and commit dist/.'].join('\n'));
}

async function compareFolders(committed: string, fresh: string): Promise<string[]> {
  const [before, after] = await Promise.all([readFolder(committed), readFolder(fresh)]);
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const [old, built] = [before.get(name), after.get(name)];
    if (old === undefined) return [`dist/${name} is missing`];
    if (built === undefined) return [`dist/${name} is not built any more`];
    return old.equals(built) ? [] : [`dist/${name} differs`];
  });
}

async function readFolder(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await entriesOf(folder)) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path));
  }
  return files;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
