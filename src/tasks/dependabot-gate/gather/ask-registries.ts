import type {
  AdvisoriesByPackage,
  AdvisorySource,
} from '../../../advisories/advisory.ts';
import { messageOf } from '../../../core/message-of.ts';
import { isOnCratesIo } from '../../../dependencies/cargo/crates-io.ts';
import type { LockedPackage, PublishedPackage } from '../../../dependencies/model.ts';
import { type CrateContents, crateContents } from '../../../registries/crate-contents.ts';
import { crateVersions } from '../../../registries/crates-index.ts';
import type { Endpoints } from '../../../registries/endpoints.ts';
import type { Http } from '../../../registries/http.ts';
import { npmVersions } from '../../../registries/npm-registry.ts';
import type { Knowledge, LockfileChange } from '../evidence.ts';

/** Whom to ask. */
export interface Sources {
  readonly http: Http;
  readonly endpoints: Endpoints;
  readonly advisories: AdvisorySource;
  readonly cooldownMs: number;
  readonly now: Date;
  readonly signal: AbortSignal;
}

type Changed = Pick<LockfileChange, 'ecosystem' | 'before' | 'after' | 'delta'>;

/** Asks the registries and the advisories about everything that comes or goes. */
export async function askRegistries(
  lockfiles: readonly Changed[],
  sources: Sources,
): Promise<Knowledge> {
  const failures: string[] = [];
  const published = new Map<string, PublishedPackage | null>();
  const ask = async <Answer>(question: () => Promise<Answer>) => {
    try {
      return await question();
    } catch (error) {
      sources.signal.throwIfAborted();
      failures.push(`${messageOf(error).replace(/\.$/, '')}.`);
      return undefined;
    }
  };
  const names = new Map(
    lockfiles.flatMap((lockfile) =>
      [...namesToAsk(lockfile)].map((name) => [`${lockfile.ecosystem}:${name}`, name]),
    ),
  );
  const advisories = askAdvisories(lockfiles, sources, ask);
  await Promise.all(
    [...names].map(async ([key, name]) => {
      const versions = await ask(() => versionsOf(key, name, sources));
      if (versions !== undefined) published.set(key, versions);
    }),
  );
  const crates = await lookIntoCrates(lockfiles, published, sources, ask);
  return { published, advisories: await advisories, crates, failures };
}

type Ask = <Answer>(question: () => Promise<Answer>) => Promise<Answer | undefined>;

/** A name from another registry than those that are asked says nothing there. */
function isAsked({ ecosystem }: Changed, { origin }: LockedPackage): boolean {
  return ecosystem === 'npm' ? origin.kind === 'registry' : isOnCratesIo(origin);
}

/** What comes; and what stays, and depends on something that comes as it did not before. */
function namesToAsk(change: Changed): ReadonlySet<string> {
  const { ecosystem, before, after, delta } = change;
  const coming = new Set(delta.incoming.map(({ id }) => id));
  const names = new Set(
    delta.incoming.filter((one) => isAsked(change, one)).map(({ name }) => name),
  );
  for (const one of ecosystem === 'cargo' ? after.packages.values() : []) {
    const old = before.packages.get(one.id);
    if (!old || !isAsked(change, one)) continue;
    const known = new Set(old.edges.map(({ to }) => before.packages.get(to)?.name));
    const isNew = ({ to }: { readonly to: string }) =>
      coming.has(to) && !known.has(after.packages.get(to)?.name);
    if (one.edges.some(isNew)) names.add(one.name);
  }
  return names;
}

function versionsOf(
  key: string,
  name: string,
  { http, endpoints, signal, now, cooldownMs }: Sources,
): Promise<PublishedPackage | null> {
  if (key.startsWith('cargo:')) return crateVersions(name, http, endpoints, signal);
  const matureBefore = new Date(now.getTime() - cooldownMs);
  return npmVersions(name, http, endpoints, signal, { needsTimes: true, matureBefore });
}

async function askAdvisories(
  lockfiles: readonly Changed[],
  { advisories, signal }: Sources,
  ask: Ask,
): Promise<AdvisoriesByPackage> {
  const found = new Map<
    string,
    AdvisoriesByPackage extends ReadonlyMap<string, infer One> ? One : never
  >();
  for (const [ecosystem, database] of [
    ['cargo', 'crates.io'],
    ['npm', 'npm'],
  ] as const) {
    const wanted = new Map<string, string[]>();
    for (const { delta } of lockfiles.filter((one) => one.ecosystem === ecosystem)) {
      for (const { name, version } of [...delta.incoming, ...delta.outgoing]) {
        wanted.set(name, [...(wanted.get(name) ?? []), version]);
      }
    }
    if (wanted.size === 0) continue;
    const hits = await ask(() => advisories.find(database, wanted, signal));
    for (const [name, list] of hits ?? []) found.set(`${ecosystem}:${name}`, list);
  }
  return found;
}

/** Of what goes only where something that comes runs code, to see whether that is new. */
async function lookIntoCrates(
  lockfiles: readonly Changed[],
  published: Knowledge['published'],
  { http, endpoints, signal }: Sources,
  ask: Ask,
): Promise<Knowledge['crates']> {
  const crates = new Map<string, CrateContents | null>();
  const look = async ({ name, version }: LockedPackage) => {
    const key = `${name} ${version}`;
    const checksum = published
      .get(`cargo:${name}`)
      ?.versions.find((one) => one.version === version)?.integrity;
    if (!checksum || crates.has(key)) return crates.get(key);
    const contents = await ask(() =>
      crateContents(name, version, checksum, http, endpoints, signal),
    );
    if (contents !== undefined) crates.set(key, contents);
    return contents;
  };
  await Promise.all(
    lockfiles
      .filter(({ ecosystem }) => ecosystem === 'cargo')
      .flatMap(({ delta }) =>
        delta.incoming.map(async (coming) => {
          const contents = await look(coming);
          if (!contents?.hasBuildScript && !contents?.isProcMacro) return;
          const former = delta.outgoing.filter(({ name }) => name === coming.name);
          await Promise.all(former.map(look));
        }),
      ),
  );
  return crates;
}
