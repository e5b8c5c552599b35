import { statSync } from 'node:fs';
import path from 'node:path';
import { Unreadable } from '../../core/inputs.ts';
import { InvalidS3Url, parseS3Url } from '../../s3/s3-url.ts';

/** Where backups lie, as the input `source` says. */
export type Place =
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string }
  | { readonly kind: 'local'; readonly path: string };

/**
 * Reads `s3://bucket/prefix/`, or the path of a directory or file that is there. Throws
 * `Unreadable`.
 */
export function parsePlace(given: string): Place {
  if (/^s3:/i.test(given)) return parseS3Place(given);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(given)) {
    throw new Unreadable('only s3:// and local paths are known');
  }
  const stats = statSync(given, { throwIfNoEntry: false });
  if (!stats) throw new Unreadable('there is no such file or directory');
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new Unreadable('it is neither a file nor a directory');
  }
  return { kind: 'local', path: given };
}

/** A short name of a place, for the maintenance log of its backups. */
export function nameOfPlace(place: Place): string {
  if (place.kind === 'local') return path.basename(path.resolve(place.path));
  return [place.bucket, ...place.prefix.split('/').filter(Boolean)].join('/');
}

function parseS3Place(given: string): Place {
  try {
    return { kind: 's3', ...parseS3Url(given) };
  } catch (error) {
    if (error instanceof InvalidS3Url) throw new Unreadable(error.problem);
    throw error;
  }
}
