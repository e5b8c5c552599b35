import { statSync } from 'node:fs';
import path from 'node:path';
import type { Endpoints } from '../registries/endpoints.ts';
import type { Http } from '../registries/http.ts';
import {
  AdvisoriesUnavailable,
  type AdvisorySource,
  type OsvEcosystem,
  type WantedVersions,
} from './advisory.ts';
import { Collector } from './collector.ts';
import { collectDirectory, collectZip, opened } from './files-source.ts';
import { collectRecords, queryIds } from './osv-api.ts';
import { bytesOfBuffer } from './zip-bytes.ts';
import { downloadZip, shownUrl } from './zip-download.ts';

/** Puts what a database has of the packages wanted into the collector. */
type Collect = (
  collector: Collector,
  ecosystem: OsvEcosystem,
  wanted: WantedVersions,
  signal: AbortSignal,
) => Promise<void>;

/**
 * Opens a database of advisories: `osv` (osv.dev, online), a directory or a zip in OSV
 * layout, the URL of a zip, or a URL below which there is `<ecosystem>/all.zip`. Reads
 * and asks nothing yet. Throws `AdvisoriesUnavailable` for a URL that is not encrypted.
 */
export function openAdvisories(
  place: string,
  http: Http,
  endpoints: Endpoints,
): AdvisorySource {
  if (place === 'osv') return onlineSource(http, endpoints);
  if (/^https?:\/\//i.test(place)) return urlSource(place, http);
  return fileSource(place);
}

function onlineSource(http: Http, endpoints: Endpoints): AdvisorySource {
  return sourceOf('osv.dev', false, async (collector, ecosystem, wanted, signal) => {
    const ids = await queryIds(ecosystem, wanted, http, endpoints, signal);
    await collectRecords(ids, collector, http, endpoints, signal);
    // It knows them all: no record is good news.
    collector.sawEcosystem = true;
  });
}

function urlSource(text: string, http: Http): AdvisorySource {
  const url = URL.parse(text);
  if (url === null || !isPrivate(url)) {
    throw new AdvisoriesUnavailable(
      url === null ? 'the URL given' : shownUrl(url.href),
      'that is no https URL, and what comes over http may have been changed on the way.',
    );
  }
  const isZip = url.pathname.endsWith('.zip');
  const zips = new Map<string, Promise<Buffer>>();
  const zipOf = (ecosystem: OsvEcosystem) => {
    const at = new URL(url);
    if (!isZip) {
      at.pathname = `${at.pathname.replace(/\/+$/, '')}/${ecosystem}/all.zip`;
    }
    return at.href;
  };
  return sourceOf(
    shownUrl(url.href),
    true,
    async (collector, ecosystem, _wanted, signal) => {
      const at = zipOf(ecosystem);
      const download = zips.get(at) ?? downloadZip(at, http, signal);
      // A zip of one ecosystem is not asked for again, one of all is.
      if (isZip) zips.set(at, download);
      using bytes = bytesOfBuffer(await download);
      await collectZip(bytes, shownUrl(at), collector, signal);
    },
  );
}

function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

function fileSource(place: string): AdvisorySource {
  const name = path.basename(place);
  return sourceOf(name, true, async (collector, ecosystem, wanted, signal) => {
    const stats = statSync(place, { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      await collectDirectory(place, ecosystem, wanted.keys(), collector, signal);
      return;
    }
    using bytes = opened(place);
    await collectZip(bytes, name, collector, signal);
  });
}

function sourceOf(place: string, isWhole: boolean, collect: Collect): AdvisorySource {
  let records = 0;
  let skipped = 0;
  return {
    place,
    isWhole,
    get records() {
      return records;
    },
    get skipped() {
      return skipped;
    },
    async find(ecosystem, wanted, signal) {
      signal.throwIfAborted();
      if (wanted.size === 0) return new Map();
      const collector = new Collector(place, ecosystem, wanted.keys());
      await collect(collector, ecosystem, wanted, signal);
      // A database that lies here is looked through again for each ecosystem.
      records = isWhole
        ? Math.max(records, collector.records)
        : records + collector.records;
      skipped += collector.skipped;
      if (!collector.sawEcosystem) throw noneOf(place, ecosystem);
      return collector.answer(wanted);
    },
  };
}

/** A database of another ecosystem knows nothing, which is not that there is nothing. */
function noneOf(place: string, ecosystem: OsvEcosystem): AdvisoriesUnavailable {
  return new AdvisoriesUnavailable(
    place,
    `there is no record of the ecosystem ${ecosystem} in it. Add OSV's \`${ecosystem}/all.zip\` (a directory may hold one for each ecosystem), or set \`advisories\` to \`osv\`.`,
  );
}
