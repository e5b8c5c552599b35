import type { Endpoints } from './endpoints.ts';
import type { Http } from './http.ts';
import {
  isObject,
  type JsonObject,
  jsonOf,
  textAt,
  unexpected,
  valueAt,
} from './read-answer.ts';

/** A release as endoflife.date has it, newest first: https://endoflife.date/docs/api/v1. */
export interface CataloguedRelease {
  readonly name: string;
  /** In lower case: `bookworm`. */
  readonly codename: string | null;
  readonly isEndOfLife: boolean | null;
  readonly endOfLifeOn: string | null;
  readonly isLongTerm: boolean;
  readonly latest: string | null;
}

/** A product is asked for once a run, with all of its releases. */
const byClient = new WeakMap<Http, Map<string, Promise<readonly CataloguedRelease[]>>>();

/** All releases of a product; none where it is not known there. Throws `SourceFailed`. */
export function releasesOf(
  product: string,
  http: Http,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<readonly CataloguedRelease[]> {
  const asked =
    byClient.get(http) ?? new Map<string, Promise<readonly CataloguedRelease[]>>();
  byClient.set(http, asked);
  const releases = asked.get(product) ?? ask(product, http, endpoints, signal);
  asked.set(product, releases);
  return releases;
}

async function ask(
  product: string,
  http: Http,
  { endOfLife }: Endpoints,
  signal: AbortSignal,
): Promise<readonly CataloguedRelease[]> {
  if (!/^[a-z0-9][a-z0-9+-]*$/.test(product)) return [];
  const url = `${endOfLife}/api/v1/products/${product}`;
  const answer = await http.get(url, { signal });
  if (answer.status === 404) return [];
  if (answer.status !== 200) throw unexpected(answer, url);
  const releases = valueAt(valueAt(jsonOf(answer, url), 'result'), 'releases');
  return Array.isArray(releases) ? releases.filter(isObject).flatMap(releaseFrom) : [];
}

function releaseFrom(record: JsonObject): CataloguedRelease[] {
  const name = textAt(record, 'name');
  if (!name) return [];
  const isEndOfLife = valueAt(record, 'isEol');
  const on = textAt(record, 'eolFrom');
  return [
    {
      name,
      // Of Ubuntu it has two words: `Noble Numbat`.
      codename: textAt(record, 'codename')?.toLowerCase().split(' ')[0] ?? null,
      isEndOfLife: typeof isEndOfLife === 'boolean' ? isEndOfLife : null,
      endOfLifeOn: on !== null && /^\d{4}-\d\d-\d\d$/.test(on) ? on : null,
      isLongTerm: valueAt(record, 'isLts') === true,
      latest: textAt(valueAt(record, 'latest'), 'name'),
    },
  ];
}
