import { messageOf } from '../core/message-of.ts';
import type { Endpoints } from '../registries/endpoints.ts';
import type { Http, HttpAnswer } from '../registries/http.ts';
import { SourceFailed } from '../registries/source-failed.ts';
import {
  type AdvisoriesByPackage,
  AdvisoriesUnavailable,
  type OsvEcosystem,
  type WantedVersions,
} from './advisory.ts';
import { Collector } from './collector.ts';
import { collectRecords } from './osv-api.ts';
import { isRecordId } from './record.ts';

export interface ChangedRecord {
  readonly id: string;
  /** RFC 3339. */
  readonly modified: string;
}

export interface ChangedRecords {
  /** Newest first. */
  readonly ids: readonly ChangedRecord[];
  /** When the newest record of the feed was changed, RFC 3339; null where it is empty. */
  readonly newest: string | null;
}

/** More than that is not a change but a new database. */
const mostIds = 20_000;
const firstPieceBytes = 64 * 1024;
const largestFeedBytes = 64 * 1024 ** 2;

/**
 * The records of an ecosystem that changed at or after a time, from OSV's
 * `<ecosystem>/modified_id.csv`, which has the newest first. Reads only its beginning, in
 * pieces that double in size: two requests are rare, 11 the most. Throws
 * `AdvisoriesUnavailable`, also where more than 20,000 records changed.
 */
export async function changedSince(
  ecosystem: OsvEcosystem,
  since: Date,
  http: Http,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<ChangedRecords> {
  const url = `${endpoints.osvFeed}/${encodeURIComponent(ecosystem)}/modified_id.csv`;
  const place = `${new URL(url).host}/${ecosystem}/modified_id.csv`;
  let feed = '';
  let startBytes = 0;
  let etag: string | null = null;
  for (let pieceBytes = firstPieceBytes; ; pieceBytes *= 2) {
    const range = `bytes=${startBytes}-${startBytes + pieceBytes - 1}`;
    // Once the feed has changed, its pieces no longer fit: then the whole comes.
    const headers = {
      range,
      'accept-encoding': 'identity',
      ...(etag && { 'if-range': etag }),
    };
    const answer = await ask(url, headers, place, http, signal);
    const isPiece = answer.status === 206;
    const isEnd = answer.status === 416;
    if (!isPiece && !isEnd && answer.status !== 200) {
      throw new AdvisoriesUnavailable(place, `it answered ${answer.status}. ${remedy}`);
    }
    const bytes = isEnd ? Buffer.alloc(0) : answer.bytes();
    feed = (isPiece || isEnd ? feed : '') + bytes.toString('latin1');
    startBytes += bytes.length;
    etag = answer.headers.get('etag');
    const isWhole = !isPiece || bytes.length < pieceBytes;
    const changed = readFeed(feed, since, place);
    if (changed.ids.length > mostIds) {
      throw new AdvisoriesUnavailable(
        place,
        `more than ${mostIds} records changed since ${since.toISOString()}. Run a full audit.`,
      );
    }
    if (isWhole || changed.isComplete) return changed;
    if (startBytes > largestFeedBytes) {
      throw new AdvisoriesUnavailable(place, `it has no end within ${startBytes} bytes.`);
    }
  }
}

/**
 * The advisories among these records that concern one of the versions wanted, one request
 * a record, 5,000 at most. Throws `AdvisoriesUnavailable`.
 */
export async function fetchRecords(
  ids: Iterable<string>,
  ecosystem: OsvEcosystem,
  wanted: WantedVersions,
  http: Http,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<AdvisoriesByPackage> {
  const collector = new Collector('osv.dev', ecosystem, wanted.keys());
  await collectRecords(ids, collector, http, endpoints, signal);
  return collector.answer(wanted);
}

/** Reads the lines up to the first one that is older. */
function readFeed(
  feed: string,
  since: Date,
  place: string,
): ChangedRecords & { isComplete: boolean } {
  const ids: ChangedRecord[] = [];
  let newest: string | null = null;
  for (const line of feed.split('\n')) {
    const [modified = '', id = ''] = line.trim().split(',', 2);
    const time = Date.parse(modified);
    if (Number.isNaN(time) || !isRecordId(id)) continue;
    newest ??= modified;
    if (time < since.getTime()) return { ids, newest, isComplete: true };
    ids.push({ id, modified });
  }
  if (newest === null && feed.trim() !== '') {
    throw new AdvisoriesUnavailable(
      place,
      `it does not consist of lines \`<time>,<id>\`. ${remedy}`,
    );
  }
  return { ids, newest, isComplete: false };
}

async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  place: string,
  http: Http,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  try {
    return await http.get(url, { signal, headers, maxBytes: largestFeedBytes });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SourceFailed)) throw error;
    throw new AdvisoriesUnavailable(place, `${messageOf(error)}. ${remedy}`, {
      cause: error,
    });
  }
}

const remedy = 'Try again later, or run a full audit with a zip of the advisories.';
