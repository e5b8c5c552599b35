import type { PublishedPackage } from '../dependencies/model.ts';
import type { Endpoints } from './endpoints.ts';
import type { Http } from './http.ts';
import { publishedNpmVersion } from './packument.ts';
import {
  isObject,
  type JsonObject,
  jsonOf,
  textAt,
  unexpected,
  valueAt,
} from './read-answer.ts';
import { SourceFailed } from './source-failed.ts';

export interface NpmQuestion {
  /** Whether to ask for the time of each version, which costs a second, larger answer. */
  readonly needsTimes: boolean;
  /**
   * Where nothing of a package has changed since then, it is enough to know that: the time
   * of the last change then stands for that of every version, which are no younger.
   */
  readonly matureBefore?: Date;
}

/** All that is needed to install: a third of what there is. */
const abbreviated = 'application/vnd.npm.install-v1+json';
const absent = new Set([404, 410, 451]);

/**
 * Every version of a package, from its packument; null where there is no such package.
 * Throws `SourceFailed`. Registries that know no publish times leave them null.
 */
export async function npmVersions(
  name: string,
  http: Http,
  { npm }: Endpoints,
  signal: AbortSignal,
  { needsTimes, matureBefore }: NpmQuestion,
): Promise<PublishedPackage | null> {
  const url = packageUrl(npm, name);
  if (url === null) return null;
  const ask = async (accept: string) => {
    const answer = await http.get(url, { signal, accept });
    if (absent.has(answer.status)) return null;
    if (answer.status !== 200) throw unexpected(answer, url);
    return jsonOf(answer, url);
  };
  const packument = await ask(`${abbreviated}; q=1.0, application/json; q=0.8`);
  if (packument === null) return null;
  return {
    name,
    versions: versionsOf(packument, await timesOf(packument)),
    latest: textAt(valueAt(packument, 'dist-tags'), 'latest'),
  };

  /** Finds when a version was published. */
  async function timesOf(
    packument: JsonObject,
  ): Promise<(version: string) => string | null> {
    const times = valueAt(packument, 'time');
    if (isObject(times)) return (version) => textAt(times, version);
    const modified = textAt(packument, 'modified');
    // Without `modified` this is no abbreviated packument, and the whole one no other.
    if (!needsTimes || modified === null) return () => null;
    if (matureBefore && Date.parse(modified) < matureBefore.getTime())
      return () => modified;
    const whole = await ask('application/json').catch((error) => {
      if (error instanceof SourceFailed) return null;
      throw error;
    });
    return (version) => textAt(valueAt(whole, 'time'), version);
  }
}

function versionsOf(
  packument: JsonObject,
  publishedAt: (version: string) => string | null,
): PublishedPackage['versions'] {
  const versions = valueAt(packument, 'versions');
  if (!isObject(versions)) return [];
  return Object.entries(versions).flatMap(([version, manifest]) =>
    isObject(manifest)
      ? [publishedNpmVersion(version, manifest, publishedAt(version))]
      : [],
  );
}

/**
 * Where a registry has a package: what it knows of it, or, by its path, its files. Null
 * where there can be none of that name.
 */
export function packageUrl(
  registry: string,
  name: string,
  { isPath = false }: { readonly isPath?: boolean } = {},
): string | null {
  if (!isPackageName(name)) return null;
  return `${registry}/${isPath ? name : encodeURIComponent(name).replace('%40', '@')}`;
}

/** Anything else could mean another path of the registry. */
function isPackageName(name: string): boolean {
  return (
    name.length <= 214 && /^(?:@[\w~.!'()*-]+\/)?[\w~!'()*-][\w~.!'()*-]*$/.test(name)
  );
}
