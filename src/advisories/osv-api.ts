import { messageOf } from '../core/message-of.ts';
import type { Endpoints } from '../registries/endpoints.ts';
import type { Http, HttpAnswer, HttpRequestOptions } from '../registries/http.ts';
import { SourceFailed } from '../registries/source-failed.ts';
import {
  AdvisoriesUnavailable,
  type OsvEcosystem,
  type WantedVersions,
} from './advisory.ts';
import type { Collector } from './collector.ts';
import { fieldsOf, listOf, stringOf } from './json.ts';
import { isRecordId } from './record.ts';
import { readVersion } from './version-order.ts';

/** The API refuses more in one request ("Too many queries"). */
const queriesPerRequest = 1000;
const mostQueries = 20_000;
/** Pages of one answer. */
const mostPages = 50;
const mostRecords = 5000;

interface Query {
  readonly package: { readonly ecosystem: OsvEcosystem; readonly name: string };
  readonly version?: string;
  readonly page_token?: string;
}

/**
 * The ids of the records that osv.dev has of these versions, over `POST /v1/querybatch`
 * (https://google.github.io/osv.dev/post-v1-querybatch/). Throws `AdvisoriesUnavailable`.
 *
 * Sends at most 20 requests for the 20,000 queries it takes at most, 50 times that if each
 * answer had 50 pages; usually one or two.
 */
export async function queryIds(
  ecosystem: OsvEcosystem,
  wanted: WantedVersions,
  http: Http,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  let queries = queriesFor(ecosystem, wanted);
  if (queries.length > mostQueries) {
    throw unavailable(
      endpoints,
      `${queries.length} package versions are more than the ${mostQueries} that are asked for. Use a zip of the advisories instead.`,
    );
  }
  for (let page = 1; queries.length > 0; page++) {
    if (page > mostPages) {
      throw unavailable(endpoints, `an answer has more than ${mostPages} pages.`);
    }
    const batches = inChunks(queries, queriesPerRequest);
    const next = await together(batches, signal, (batch, both) =>
      askBatch(batch, ids, http, endpoints, both),
    );
    queries = next.flat();
  }
  return ids;
}

/**
 * Fetches records into the collector, one `GET /v1/vulns/{id}` each, 5,000 at most. Throws
 * `AdvisoriesUnavailable`. A record that is gone is no failure.
 */
export async function collectRecords(
  ids: Iterable<string>,
  collector: Collector,
  http: Http,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<void> {
  const known = [...new Set(ids)];
  if (known.length > mostRecords) {
    throw unavailable(
      endpoints,
      `${known.length} records are more than the ${mostRecords} that are fetched one by one. Use a zip of the advisories instead.`,
    );
  }
  await together(known, signal, async (id, both) => {
    const at = `/v1/vulns/${encodeURIComponent(id)}`;
    const answer = await ask(at, http, endpoints, { signal: both });
    if (answer.status !== 404) collector.addText(accepted(answer, at, endpoints));
  });
}

/**
 * One query for each version. Without it where the API does not compare versions (GitHub
 * Actions) or would not understand this one: then all records of the package come.
 */
function queriesFor(ecosystem: OsvEcosystem, wanted: WantedVersions): Query[] {
  const queries = new Map<string, Query>();
  const add = (name: string, version: string | null) => {
    const query = {
      package: { ecosystem, name },
      ...(version !== null && { version }),
    };
    queries.set(JSON.stringify(query), query);
  };
  for (const [name, versions] of wanted) {
    // Nothing that a registry has is called otherwise, and one odd name spoils a batch.
    if (!/^[\x21-\x7e]{1,214}$/.test(name)) continue;
    if (ecosystem === 'GitHub Actions') {
      add(name, null);
      add(name.toLowerCase(), null);
      continue;
    }
    if (versions.length === 0) add(name, null);
    for (const version of versions) add(name, readVersion(version) ? version : null);
  }
  return [...queries.values()];
}

/** Adds the ids; returns the queries for the pages that follow. */
async function askBatch(
  queries: readonly Query[],
  ids: Set<string>,
  http: Http,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<Query[]> {
  const at = '/v1/querybatch';
  const answer = await ask(at, http, endpoints, {
    signal,
    method: 'POST',
    body: JSON.stringify({ queries }),
    headers: { 'content-type': 'application/json' },
  });
  const results = listOf(fieldsOf(parsed(answer, at, endpoints))['results']);
  // They are told apart by their place alone.
  if (results.length !== queries.length) {
    throw unavailable(
      endpoints,
      `${results.length} results came back for ${queries.length} queries of ${at}.`,
    );
  }
  return queries.flatMap((query, index) => {
    const result = fieldsOf(results[index]);
    for (const item of listOf(result['vulns'])) {
      const id = fieldsOf(item)['id'];
      if (isRecordId(id)) ids.add(id);
    }
    const token = stringOf(result['next_page_token']);
    return token === null ? [] : { ...query, page_token: token };
  });
}

async function ask(
  at: string,
  http: Http,
  endpoints: Endpoints,
  options: HttpRequestOptions,
): Promise<HttpAnswer> {
  try {
    return await http.get(`${endpoints.osv}${at}`, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof SourceFailed)) throw error;
    throw unavailable(endpoints, `${messageOf(error)}. ${remedy}`, error);
  }
}

function accepted(answer: HttpAnswer, at: string, endpoints: Endpoints): string {
  if (answer.status === 200) return answer.text();
  throw unavailable(endpoints, `${at} answered ${answer.status}. ${remedy}`);
}

function parsed(answer: HttpAnswer, at: string, endpoints: Endpoints): unknown {
  const text = accepted(answer, at, endpoints);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unavailable(endpoints, `${at} answered something else than JSON.`, error);
  }
}

const remedy = 'Try again later, or set `advisories` to a directory or zip.';

function unavailable(endpoints: Endpoints, message: string, cause?: unknown) {
  const place = new URL(endpoints.osv).host;
  return new AdvisoriesUnavailable(place, message, { cause });
}

/** Does all at once, as far as the client lets it; the first failure ends the others. */
async function together<Item, Value>(
  items: readonly Item[],
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<Value>,
): Promise<Value[]> {
  const controller = new AbortController();
  const both = AbortSignal.any([signal, controller.signal]);
  try {
    return await Promise.all(items.map((item) => work(item, both)));
  } finally {
    controller.abort();
  }
}

function inChunks<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
}
