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
import { type NpmContents, npmContents } from '../../../registries/npm-contents.ts';
import { npmVersions } from '../../../registries/npm-registry.ts';
import { regiven } from '../delta/edges.ts';
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

type Changed = Pick<LockfileChange, 'ecosystem' | 'before' | 'after' | 'delta' | 'text'>;

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
  const [crates, modules] = await Promise.all([
    lookIntoCrates(lockfiles, published, sources, ask),
    lookIntoModules(lockfiles, published, sources, ask),
  ]);
  return { published, advisories: await advisories, crates, modules, failures };
}

type Ask = <Answer>(question: () => Promise<Answer>) => Promise<Answer | undefined>;

/** A name from another registry than those that are asked says nothing there. */
function isAsked({ ecosystem }: Changed, { origin }: LockedPackage): boolean {
  return ecosystem === 'npm' ? origin.kind === 'registry' : isOnCratesIo(origin);
}

/** What comes; and what stays, and is given or said to be something else than before. */
function namesToAsk(change: Changed): ReadonlySet<string> {
  const { ecosystem, before, after, delta, text } = change;
  const own = new Set(after.roots);
  const staying =
    ecosystem === 'cargo'
      ? regiven(before, after).map(({ by }) => by)
      : text.entries.flatMap(({ location }) => after.packages.get(location) ?? []);
  const altered = delta.altered.map((one) => one.after);
  return new Set(
    [...delta.incoming, ...altered, ...staying]
      .filter((one) => !own.has(one.id) && isAsked(change, one))
      .map(({ name }) => name),
  );
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

async function lookIntoCrates(
  lockfiles: readonly Changed[],
  published: Knowledge['published'],
  { http, endpoints, signal }: Sources,
  ask: Ask,
): Promise<Knowledge['crates']> {
  const runsCode = (contents: CrateContents) =>
    contents.hasBuildScript || contents.isProcMacro;
  return lookInto('cargo', lockfiles, published, runsCode, (name, version, checksum) =>
    ask(() => crateContents(name, version, checksum, http, endpoints, signal)),
  );
}

async function lookIntoModules(
  lockfiles: readonly Changed[],
  published: Knowledge['published'],
  { http, endpoints, signal }: Sources,
  ask: Ask,
): Promise<Knowledge['modules']> {
  const runsCode = (contents: NpmContents) => contents.hasInstallScript;
  return lookInto('npm', lockfiles, published, runsCode, (name, version, integrity) =>
    ask(() => npmContents(name, version, integrity, http, endpoints, signal)),
  );
}

/** Of what goes only where something that comes runs code, to see whether that is new. */
async function lookInto<Contents>(
  ecosystem: Changed['ecosystem'],
  lockfiles: readonly Changed[],
  published: Knowledge['published'],
  runsCode: (contents: Contents) => boolean,
  read: (
    name: string,
    version: string,
    integrity: string,
  ) => Promise<Contents | null | undefined>,
): Promise<ReadonlyMap<string, Contents | null>> {
  const answers = new Map<string, Promise<Contents | null | undefined>>();
  const look = ({ name, version }: LockedPackage) => {
    const key = `${name} ${version}`;
    const integrity = published
      .get(`${ecosystem}:${name}`)
      ?.versions.find((one) => one.version === version)?.integrity;
    if (!integrity) return undefined;
    const answer = answers.get(key) ?? read(name, version, integrity);
    answers.set(key, answer);
    return answer;
  };
  await Promise.all(
    lockfiles
      .filter((lockfile) => lockfile.ecosystem === ecosystem)
      .flatMap(({ delta }) =>
        delta.incoming.map(async (coming) => {
          const contents = await look(coming);
          if (!contents || !runsCode(contents)) return;
          const former = delta.outgoing.filter(({ name }) => name === coming.name);
          await Promise.all(former.map(look));
        }),
      ),
  );
  const found = new Map<string, Contents | null>();
  for (const [key, answer] of answers) {
    const contents = await answer;
    if (contents !== undefined) found.set(key, contents);
  }
  return found;
}
