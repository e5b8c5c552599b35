import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedFiles } from '../generate.ts';
import { root } from '../root.ts';
import { failed, ok, type Verdict } from './verdict.ts';

/** Files that are made from code are as the code makes them now. */
export async function check(): Promise<Verdict> {
  const differences: string[] = [];
  for (const [path, expected] of await generatedFiles()) {
    const actual = await readIfThere(join(root, path));
    if (actual === undefined) differences.push(`${path} is missing`);
    else if (actual !== expected)
      differences.push(`${path} ${firstDifference(actual, expected)}`);
  }
  if (differences.length === 0) return ok;
  return failed([...differences, 'Run `npm run generate` and commit.'].join('\n'));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function firstDifference(actual: string, expected: string): string {
  const lines = expected.split('\n');
  const line = actual.split('\n').findIndex((text, index) => text !== lines[index]);
  return `differs from line ${line < 0 ? actual.split('\n').length : line + 1} on`;
}
