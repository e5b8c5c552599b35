import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/root.ts';

const folder = join(root, '..', 'shared', 'data');

/** Real data, of which the tree keeps no copy: what is missing is said when it is needed. */
export function sharedData(path: string): string {
  const file = join(folder, path);
  if (existsSync(file)) return file;
  throw new Error(`It needs ${file}, which is not there.`);
}

/** RustSec's advisories as OSV publishes them. */
export const rustsecZip = () => sharedData('osv-crates.io.zip');
