import type { AdvisorySource, OsvEcosystem } from '../../../advisories/advisory.ts';
import { changedSince, fetchRecords } from '../../../advisories/delta.ts';
import { queryIds } from '../../../advisories/osv-api.ts';
import type { Endpoints } from '../../../registries/endpoints.ts';
import type { Http } from '../../../registries/http.ts';
import type { FailedSources } from '../failed-sources.ts';
import type { DeltaState } from './delta-state.ts';

/** A first look goes back so far. */
const lookBackMs = 25 * 3_600_000;

/** Records may enter the feed late, under the time at which they were written. */
const overlapMs = 2 * 3_600_000;

/** So many records are fetched one by one without a second thought. */
const fewRecords = 20;

interface Question {
  readonly ecosystems: readonly OsvEcosystem[];
  readonly before: DeltaState;
  readonly http: Http;
  readonly endpoints: Endpoints;
  readonly failed: FailedSources;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** Which records changed, and how far the next look need not go back. */
export interface ChangedAdvisories {
  readonly ids: ReadonlyMap<OsvEcosystem, readonly string[]>;
  readonly feed: ReadonlyMap<OsvEcosystem, string>;
  readonly changed: number;
  /** RFC 3339. */
  readonly since: string;
}

/**
 * Reads which records changed since the look before, and adds those that are still open. An
 * ecosystem whose feed cannot be read is grave, and is read from the same place next time.
 */
export async function changedAdvisories(question: Question): Promise<ChangedAdvisories> {
  const { ecosystems, before, http, endpoints, failed, now, signal } = question;
  const lookBack = new Date(now.getTime() - lookBackMs).toISOString();
  const feed = new Map(before.feed);
  const ids = new Map<OsvEcosystem, readonly string[]>();
  let changed = 0;
  let oldest = now.toISOString();
  for (const ecosystem of ecosystems) {
    const mark = before.feed.get(ecosystem);
    const since = mark ?? lookBack;
    if (since < oldest) oldest = since;
    const open = before.open.get(ecosystem) ?? [];
    ids.set(ecosystem, open);
    const from = new Date(Date.parse(since) - (mark ? overlapMs : 0));
    const read = await failed.attempt(
      `which advisories of ${ecosystem} changed`,
      () => changedSince(ecosystem, from, http, endpoints, signal),
      'high',
    );
    if (!read) continue;
    const isNew = (modified: string) => Date.parse(modified) > Date.parse(since);
    changed += read.ids.filter(({ modified }) => isNew(modified)).length;
    feed.set(ecosystem, read.newest ?? since);
    const unread = read.ids.filter(({ modified }) => modified !== since);
    ids.set(ecosystem, [...new Set([...unread.map(({ id }) => id), ...open])]);
  }
  return { ids, feed, changed, since: oldest };
}

/**
 * A source of nothing but these records. Where all of a package is asked for, since one of
 * them is about it and a fix is looked for, the whole database answers.
 */
export function sourceOf(
  ids: ChangedAdvisories['ids'],
  whole: AdvisorySource,
  http: Http,
  endpoints: Endpoints,
): AdvisorySource {
  let records = 0;
  return {
    place: whole.place,
    isWhole: false,
    skipped: 0,
    get records() {
      return records + whole.records;
    },
    find: async (ecosystem, wanted, signal) => {
      let changed = ids.get(ecosystem) ?? [];
      const isAll = [...wanted.values()].every((versions) => versions.length === 0);
      if (isAll && ecosystem !== 'GitHub Actions') {
        return whole.find(ecosystem, wanted, signal);
      }
      if (changed.length > fewRecords && !isAll) {
        // A busy day: one question about what is locked costs less than all that changed.
        const known = await queryIds(ecosystem, wanted, http, endpoints, signal);
        changed = changed.filter((id) => known.has(id));
      }
      records += changed.length;
      return fetchRecords(changed, ecosystem, wanted, http, endpoints, signal);
    },
  };
}
