import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface BundleSize {
  readonly files: number;
  readonly jsFiles: number;
  readonly jsBytes: number;
  /** Each file compressed by itself. */
  readonly gzipBytes: number;
}

/** Weighs what a build has written. */
export async function bundleSize(directory: string): Promise<BundleSize> {
  const files = await readdir(directory);
  const scripts = files.filter((file) => file.endsWith('.js'));
  const texts = await Promise.all(scripts.map((file) => readFile(join(directory, file))));
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    files: files.length,
    jsFiles: scripts.length,
    jsBytes: sum(texts.map(({ length }) => length)),
    gzipBytes: sum(texts.map((text) => gzipSync(text, { level: 9 }).length)),
  };
}
