import { type CataloguedRelease, releasesOf } from './endoflife-date.ts';
import type { Endpoints } from './endpoints.ts';
import type { Http } from './http.ts';
import { ownLifecycle, ownSupportedRelease } from './own-lifecycles.ts';
import { SourceFailed } from './source-failed.ts';

/** Until when a release of a product gets fixes. */
export interface Lifecycle {
  /** By its name at endoflife.date: `nodejs`, `alpine-linux`. */
  readonly product: string;
  /** The release as it is supported: `3.20` of `3.20.3`, `12` of `bookworm`. */
  readonly release: string;
  /** Null: not known. */
  readonly isEndOfLife: boolean | null;
  /** The last day with regular support, `2026-07-11`; null where it is not known. */
  readonly endOfLifeOn: string | null;
  /** The newest version of the release. */
  readonly latest: string | null;
  /** For people: who says so. */
  readonly from: string;
}

const otherNames = new Map([
  ['node', 'nodejs'],
  ['postgres', 'postgresql'],
  ['golang', 'go'],
  ['alpine', 'alpine-linux'],
]);

/**
 * How long a release is supported, by endoflife.date, or by a table of our own where `http`
 * is null and for what is not there. Null where neither knows the release: that is *not
 * known*, never *supported*. Throws `SourceFailed`.
 */
export async function lifecycleOf(
  product: string,
  release: string,
  http: Http | null,
  endpoints: Endpoints,
  signal: AbortSignal,
  now = new Date(),
): Promise<Lifecycle | null> {
  const name = otherNames.get(product) ?? product;
  const own = () => ownLifecycle(name, release.toLowerCase(), now);
  const releases = await catalogued(name, http, endpoints, signal, own() !== null);
  const found = foundIn(releases, release.toLowerCase());
  if (!found) return own();
  const { isEndOfLife, endOfLifeOn, latest } = found;
  const from = 'endoflife.date';
  return { product: name, release: found.name, isEndOfLife, endOfLifeOn, latest, from };
}

/**
 * The release of a product to move to: the newest that is supported, of those with long-term
 * support where it has any. Null where none is known; throws `SourceFailed`.
 */
export async function supportedRelease(
  product: string,
  http: Http | null,
  endpoints: Endpoints,
  signal: AbortSignal,
  now = new Date(),
): Promise<string | null> {
  const name = otherNames.get(product) ?? product;
  const own = ownSupportedRelease(name, now);
  const releases = await catalogued(name, http, endpoints, signal, own !== null);
  const supported = releases.filter(({ isEndOfLife }) => isEndOfLife === false);
  const newest = supported.find(({ isLongTerm }) => isLongTerm) ?? supported[0];
  return newest?.name ?? own;
}

/** What endoflife.date has; where it does not answer, nothing if there is an answer of our own. */
async function catalogued(
  product: string,
  http: Http | null,
  endpoints: Endpoints,
  signal: AbortSignal,
  isKnown: boolean,
): Promise<readonly CataloguedRelease[]> {
  if (http === null) return [];
  try {
    return await releasesOf(product, http, endpoints, signal);
  } catch (error) {
    if (error instanceof SourceFailed && isKnown) return [];
    throw error;
  }
}

/** Finds a release by its number, by the start of it (`3.20.3` is one of `3.20`), by its name. */
function foundIn(
  releases: readonly CataloguedRelease[],
  release: string,
): CataloguedRelease | null {
  const parts = release.split('.', 4);
  for (let length = parts.length; length > 0; length--) {
    const start = parts.slice(0, length).join('.');
    const found = releases.find(
      ({ name, codename }) => name === start || codename === start,
    );
    if (found) return found;
  }
  return null;
}
