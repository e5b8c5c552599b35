import semver from 'semver';
import type {
  RecordedAnswer,
  RecordedRequest,
  RegistryServer,
} from './registry-server.ts';

/** An advisory in OSV form, as far as the stand-in itself looks into it. */
export interface ServedAdvisory {
  readonly id: string;
  /** RFC 3339. */
  readonly modified: string;
  readonly affected: readonly {
    readonly package: { readonly ecosystem: string; readonly name: string };
    readonly ranges?: readonly {
      readonly events: readonly Readonly<Record<string, string>>[];
    }[];
    readonly versions?: readonly string[];
  }[];
}

interface Query {
  readonly package: { readonly ecosystem: string; readonly name: string };
  readonly version?: string;
}

/**
 * Stands in for osv.dev below `/osv`, and for the bucket with its feeds below `/feed`.
 * Advisories may be added and changed at any time.
 */
export function serveOsv(server: RegistryServer): (...changed: ServedAdvisory[]) => void {
  const advisories = new Map<string, ServedAdvisory>();
  const { routes } = server;
  routes['/osv/v1/querybatch'] = ({ body }) => {
    const { queries } = JSON.parse(body) as { queries: Query[] };
    if (queries.length > 1000)
      return { status: 400, body: { message: 'Too many queries' } };
    return { body: { results: queries.map((query) => answer(query, advisories)) } };
  };
  for (const ecosystem of ['crates.io', 'npm', 'GitHub Actions']) {
    const path = `/feed/${encodeURIComponent(ecosystem)}/modified_id.csv`;
    routes[path] = (request) => piece(feedOf(ecosystem, advisories), request);
  }
  return (...changed) => {
    for (const advisory of changed) {
      advisories.set(advisory.id, advisory);
      routes[`/osv/v1/vulns/${advisory.id}`] = { body: advisory };
    }
  };
}

function answer(query: Query, advisories: ReadonlyMap<string, ServedAdvisory>): object {
  const { ecosystem, name } = query.package;
  const vulns = [...advisories.values()].filter(({ affected }) =>
    affected.some(
      (one) =>
        one.package.ecosystem === ecosystem &&
        one.package.name === name &&
        isAffected(one, query.version),
    ),
  );
  if (vulns.length === 0) return {};
  return { vulns: vulns.map(({ id, modified }) => ({ id, modified })) };
}

function isAffected(
  { ranges = [], versions = [] }: ServedAdvisory['affected'][number],
  version: string | undefined,
): boolean {
  if (version === undefined || versions.includes(version)) return true;
  return ranges.some(({ events }) => {
    const isPast = (kind: string) =>
      events.some((event) => {
        const bound = event[kind] === '0' ? '0.0.0-0' : event[kind];
        return bound !== undefined && semver.gte(version, bound);
      });
    return isPast('introduced') && !isPast('fixed');
  });
}

/** Newest first, as the bucket has it. */
function feedOf(
  ecosystem: string,
  advisories: ReadonlyMap<string, ServedAdvisory>,
): Buffer {
  const lines = [...advisories.values()]
    .filter(({ affected }) => affected.some((one) => one.package.ecosystem === ecosystem))
    .map(({ id, modified }) => `${modified},${id}\n`)
    .sort()
    .reverse();
  return Buffer.from(lines.join(''));
}

function piece(whole: Buffer, { headers }: RecordedRequest): RecordedAnswer {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  if (from === undefined || to === undefined) return { body: whole };
  if (Number(from) >= whole.length) return { status: 416 };
  return { status: 206, body: whole.subarray(Number(from), Number(to) + 1) };
}
