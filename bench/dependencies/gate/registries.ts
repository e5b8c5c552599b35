import type {
  AdvisoriesByPackage,
  Advisory,
  AdvisorySource,
  OsvEcosystem,
} from '../../../src/advisories/advisory.ts';
import { openAdvisories } from '../../../src/advisories/open-advisories.ts';
import type { PublishedPackage } from '../../../src/dependencies/model.ts';
import { crateVersions } from '../../../src/registries/crates-index.ts';
import { endpoints } from '../../../src/registries/endpoints.ts';
import {
  type Http,
  type HttpAnswer,
  makeHttp,
  SourceFailed,
} from '../../../src/registries/http.ts';
import { npmVersions } from '../../../src/registries/npm-registry.ts';

const { signal } = new AbortController();
export const places = endpoints();

/**
 * The real registries of crates and of npm, each asked only once for anything. Nobody else
 * is asked: what only others know is not known.
 */
class RememberedHttp implements Http {
  readonly #http = makeHttp();
  readonly #answers = new Map<string, Promise<HttpAnswer>>();

  get requests(): number {
    return this.#http.requests;
  }

  get(url: string, options: Parameters<Http['get']>[1]): Promise<HttpAnswer> {
    const { host } = new URL(url);
    if (!/(^|\.)crates\.io$|^registry\.npmjs\.org$/.test(host)) {
      return Promise.reject(new SourceFailed(host, `${host} is not asked here`));
    }
    const key = `${url} ${options.accept ?? ''}`;
    const answer = this.#answers.get(key) ?? this.#http.get(url, options);
    this.#answers.set(key, answer);
    return answer;
  }
}

export const registries: Http = new RememberedHttp();

/** Lets the index say of one version of a crate that it is yanked. */
export function yanking(name: string, version: string): Http {
  const isOf = (line: string) => line !== '' && JSON.parse(line).vers === version;
  const yankedLine = (line: string) =>
    JSON.stringify({ ...JSON.parse(line), yanked: true });
  return {
    get requests() {
      return registries.requests;
    },
    async get(url, options) {
      const answer = await registries.get(url, options);
      if (!url.endsWith(`/${name.toLowerCase()}`)) return answer;
      const said = answer.text().split('\n');
      const text = said.map((line) => (isOf(line) ? yankedLine(line) : line)).join('\n');
      return { ...answer, text: () => text, bytes: () => Buffer.from(text) };
    },
  };
}

const published = new Map<string, Promise<PublishedPackage | null>>();

/** All versions of a package, with the times at which they were published. */
export function versionsOf(
  ecosystem: 'cargo' | 'npm',
  name: string,
): Promise<PublishedPackage | null> {
  const key = `${ecosystem} ${name}`;
  const ask = () =>
    ecosystem === 'cargo'
      ? crateVersions(name, registries, places, signal)
      : npmVersions(name, registries, places, signal, { needsTimes: true });
  const answer = published.get(key) ?? ask();
  published.set(key, answer);
  return answer;
}

/**
 * RustSec's records, each read once. The database of npm is not among the data: nothing is
 * known against any of its packages here.
 */
export function rememberedAdvisories(zip: string): AdvisorySource {
  const source = openAdvisories(zip, registries, places);
  const known = new Map<string, readonly Advisory[]>();
  return {
    place: source.place,
    isWhole: true,
    async find(ecosystem: OsvEcosystem, wanted): Promise<AdvisoriesByPackage> {
      if (ecosystem !== 'crates.io') return new Map();
      const unasked = [...wanted.keys()].filter((name) => !known.has(name));
      const all = new Map(unasked.map((name) => [name, [] as string[]]));
      const found = all.size > 0 ? await source.find(ecosystem, all, signal) : new Map();
      for (const name of unasked) known.set(name, found.get(name) ?? []);
      return hitting(known, wanted);
    },
    get records() {
      return source.records;
    },
    get skipped() {
      return source.skipped;
    },
  };
}

function hitting(
  known: ReadonlyMap<string, readonly Advisory[]>,
  wanted: ReadonlyMap<string, readonly string[]>,
): AdvisoriesByPackage {
  const hits = new Map<string, readonly Advisory[]>();
  for (const [name, versions] of wanted) {
    const own = (known.get(name) ?? []).filter((one) => versions.some(one.affects));
    if (own.length > 0) hits.set(name, own);
  }
  return hits;
}

/** The same with one more advisory, about one version. */
export function withAdvisory(
  source: AdvisorySource,
  about: { readonly name: string; readonly version: string },
): AdvisorySource {
  const advisory: Advisory = {
    ...{ id: 'MADE-2026-0001', aliases: [], summary: 'Made for the benchmark' },
    ...{ published: null, modified: null, class: 'vulnerable', severity: 'high' },
    ...{ score: null, fixedIn: [], url: null, withdrawn: false },
    affects: (version) => version === about.version,
  };
  return {
    ...{ place: source.place, isWhole: true, records: 0, skipped: 0 },
    async find(ecosystem, wanted, stop) {
      const found = new Map(await source.find(ecosystem, wanted, stop));
      if (wanted.get(about.name)?.includes(about.version)) {
        found.set(about.name, [...(found.get(about.name) ?? []), advisory]);
      }
      return found;
    },
  };
}
