import type { PublishedPackage } from '../dependencies/model.ts';
import { publishedCrate } from './crates-index-line.ts';
import type { Endpoints } from './endpoints.ts';
import type { Http } from './http.ts';
import { hostOf, unexpected } from './read-answer.ts';
import { SourceFailed } from './source-failed.ts';

/** By RFC 2789, of a crate that is not there, or is no longer. */
const absent = new Set([404, 410, 451]);

/**
 * Every version of a crate, from the sparse index; null where there is no such crate.
 * Throws `SourceFailed`. Lines in a format newer than this one are left out.
 */
export async function crateVersions(
  name: string,
  http: Http,
  { crates }: Endpoints,
  signal: AbortSignal,
): Promise<PublishedPackage | null> {
  if (!isCrateName(name)) return null;
  const url = `${crates}/${indexPath(name)}`;
  const answer = await http.get(url, { signal });
  if (absent.has(answer.status)) return null;
  if (answer.status !== 200) throw unexpected(answer, url);
  const versions = answer
    .text()
    .split('\n')
    .map(publishedCrate)
    .filter((version) => version !== null);
  if (versions.length === 0) {
    const host = hostOf(url);
    throw new SourceFailed(host, `${host} answered no line of an index for ${name}`);
  }
  return { name, versions, latest: null };
}

/** Names that cargo accepts; any other is on no index and in no path. */
export function isCrateName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name);
}

/** Where the index has a crate: `1/a`, `2/ab`, `3/a/abc`, `ca/rg/cargo`. */
export function indexPath(name: string): string {
  return `${indexPrefix(name.toLowerCase())}/${name.toLowerCase()}`;
}

/** The folders of that path, in the case of the name. */
export function indexPrefix(name: string): string {
  if (name.length <= 2) return String(name.length);
  if (name.length === 3) return `3/${name.slice(0, 1)}`;
  return `${name.slice(0, 2)}/${name.slice(2, 4)}`;
}
