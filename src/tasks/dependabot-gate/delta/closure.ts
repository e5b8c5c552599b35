import { isOnCratesIo } from '../../../dependencies/cargo/crates-io.ts';
import type {
  LockedPackage,
  LockGraph,
  PublishedPackage,
} from '../../../dependencies/model.ts';
import type { AnnouncedUpdate } from '../announced.ts';
import { type EdgeFaults, edgeFaults, type PublishedAs } from './edges.ts';
import type { LockDelta } from './lock-delta.ts';
import { isMetBy, needsOf } from './needs.ts';

type Published = (name: string) => PublishedPackage | null | undefined;

/** What of a lockfile the announced updates account for. */
export interface Closure extends EdgeFaults {
  /** The ids of incoming packages that were announced. */
  readonly announced: ReadonlySet<string>;
  /** The ids of those that the announced ones need, themselves among them. */
  readonly reached: ReadonlySet<string>;
  /** Outgoing packages that nothing accounts for. */
  readonly unexplained: readonly LockedPackage[];
}

/**
 * Finds what the announced updates bring and take with them. A lockfile's word is not enough:
 * that a new version needs another package is believed only where the registry says so.
 */
export function closureOf(
  before: LockGraph,
  after: LockGraph,
  delta: LockDelta,
  updates: readonly AnnouncedUpdate[],
  published: Published,
): Closure {
  const publishedAs: PublishedAs = ({ name, version, origin }) => {
    const isAsked = origin.kind === 'registry';
    if (!isAsked || (after.ecosystem === 'cargo' && !isOnCratesIo(origin))) {
      return undefined;
    }
    return published(name)?.versions.find((one) => one.version === version) ?? null;
  };
  const isAnnounced = (one: LockedPackage) =>
    updates.some(({ name, to }) => name === one.name && isAt(one, to));
  const announced = new Set(delta.incoming.filter(isAnnounced).map(({ id }) => id));
  const reached = walk(after, announced, bringsAlong(after, delta, publishedAs));
  const isOld = ({ name }: LockedPackage) => updates.some((one) => one.name === name);
  const old = new Set(delta.outgoing.filter(isOld).map(({ id }) => id));
  const formerly = walk(before, old, () => true);
  const replaced = new Set(
    delta.incoming.filter(({ id }) => reached.has(id)).map(({ name }) => name),
  );
  const unexplained = delta.outgoing.filter(
    ({ id, name }) => !formerly.has(id) && !replaced.has(name),
  );
  const faults = edgeFaults(before, after, delta.incoming, publishedAs);
  return { announced, reached, unexplained, ...faults };
}

type Follows = (from: LockedPackage, to: LockedPackage) => boolean;

/**
 * Installers keep the version that is there as long as it will do. So another one comes with
 * a package only where that one takes it, and takes none of those that go.
 */
function bringsAlong(
  { ecosystem }: LockGraph,
  delta: LockDelta,
  publishedAs: PublishedAs,
): Follows {
  const incoming = new Set(delta.incoming.map(({ id }) => id));
  const outgoing = Map.groupBy(delta.outgoing, ({ name }) => name);
  return (from, to) => {
    if (!incoming.has(to.id)) return true;
    const former = outgoing.get(to.name) ?? [];
    // It had one that did before.
    if (!incoming.has(from.id) && former.length > 0) return false;
    const version = publishedAs(from);
    const needs = version ? needsOf(version) : [];
    return needs.some(
      (need) =>
        isMetBy(need, to, ecosystem) &&
        !former.some((old) => isMetBy(need, { ...old, id: to.id }, ecosystem)),
    );
  };
}

function isAt({ version }: LockedPackage, to: string | null): boolean {
  return to !== null && version.split('+')[0] === to.split('+')[0];
}

function walk(
  graph: LockGraph,
  from: ReadonlySet<string>,
  follows: Follows,
): ReadonlySet<string> {
  const reached = new Set(from);
  const waiting = [...from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const one = graph.packages.get(id);
    for (const edge of one?.edges ?? []) {
      const to = graph.packages.get(edge.to);
      if (!one || !to || reached.has(to.id) || !follows(one, to)) continue;
      reached.add(to.id);
      waiting.push(to.id);
    }
  }
  return reached;
}
