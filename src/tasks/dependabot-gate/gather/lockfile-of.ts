import { posix } from 'node:path';
import type { ManifestChange } from '../delta/manifest-delta.ts';
import type { Tree } from './pull-request-reader.ts';

/** npm reads the first that is there. */
const names = {
  cargo: ['Cargo.lock'],
  npm: ['npm-shrinkwrap.json', 'package-lock.json'],
};

/** The lockfile beside a manifest, or the nearest above it; null where there is none. */
export function lockfileOf(
  { path, ecosystem }: Pick<ManifestChange, 'path' | 'ecosystem'>,
  { entries }: Tree,
): string | null {
  for (let at = path; at !== '.'; ) {
    at = posix.dirname(at);
    const found = names[ecosystem]
      .map((name) => posix.join(at, name))
      .find((one) => entries.has(one));
    if (found !== undefined) return found;
  }
  return null;
}
