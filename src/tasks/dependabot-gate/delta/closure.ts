import { satisfiesCargo } from '../../../dependencies/cargo/requirement.ts';
import type {
  LockedPackage,
  LockGraph,
  PublishedPackage,
} from '../../../dependencies/model.ts';
import { satisfiesNpm } from '../../../dependencies/npm/requirement.ts';
import type { AnnouncedUpdate } from '../announced.ts';
import { type LockDelta, versionKey } from './lock-delta.ts';

type Published = (name: string) => PublishedPackage | null | undefined;

/** What of a lockfile the announced updates account for. */
export interface Closure {
  /** The ids of incoming packages that were announced. */
  readonly announced: ReadonlySet<string>;
  /** The ids of those that the announced ones need, themselves among them. */
  readonly reached: ReadonlySet<string>;
  /** Incoming packages with what they were given, though the registry says it does not fit. */
  readonly unfitting: readonly (readonly [LockedPackage, LockedPackage])[];
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
  const incoming = new Set(delta.incoming.map(({ id }) => id));
  const known = Map.groupBy(before.packages.values(), versionKey);
  const announced = new Set(
    delta.incoming
      .filter((one) => updates.some(({ name, to }) => isOf(one, name) && isAt(one, to)))
      .map(({ id }) => id),
  );
  const follows = (
    from: LockedPackage,
    to: LockedPackage,
    requirement: string | null,
  ) => {
    const then = incoming.has(from.id) ? [] : (known.get(versionKey(from)) ?? []);
    const asBefore = then.some(({ edges }) =>
      edges.some(
        (edge) =>
          edge.requirement === requirement &&
          before.packages.get(edge.to)?.name === to.name,
      ),
    );
    if (asBefore && (requirement === null || satisfiesNpm(to.version, requirement))) {
      return true;
    }
    return isNeeded(from, to, after.ecosystem, published);
  };
  const reached = walk(after, announced, follows);
  const old = new Set(
    delta.outgoing
      .filter((one) => updates.some(({ name }) => isOf(one, name)))
      .map(({ id }) => id),
  );
  const formerly = walk(before, old, () => true);
  const replaced = new Set(
    delta.incoming.filter(({ id }) => reached.has(id)).map(({ name }) => name),
  );
  const unexplained = delta.outgoing.filter(
    ({ id, name }) => !formerly.has(id) && !replaced.has(name),
  );
  const unfitting = unfittingEdges(after, delta, published);
  return { announced, reached, unfitting, unexplained };
}

function isOf({ name }: LockedPackage, announced: string): boolean {
  return name === announced;
}

function isAt({ version }: LockedPackage, to: string | null): boolean {
  return to !== null && version.split('+')[0] === to.split('+')[0];
}

function walk(
  graph: LockGraph,
  from: ReadonlySet<string>,
  follows: (
    from: LockedPackage,
    to: LockedPackage,
    requirement: string | null,
  ) => boolean,
): ReadonlySet<string> {
  const reached = new Set(from);
  const waiting = [...from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const one = graph.packages.get(id);
    for (const edge of one?.edges ?? []) {
      const to = graph.packages.get(edge.to);
      if (!one || !to || reached.has(to.id)) continue;
      if (!follows(one, to, edge.requirement)) continue;
      reached.add(to.id);
      waiting.push(to.id);
    }
  }
  return reached;
}

/** npm installs what the lockfile says, whether or not it fits. */
function unfittingEdges(
  after: LockGraph,
  { incoming }: LockDelta,
  published: Published,
): (readonly [LockedPackage, LockedPackage])[] {
  return incoming.flatMap((from) => {
    const wanted = new Set(
      publishedAs(from, published)?.dependencies.map((one) => one.package),
    );
    const to = from.edges.flatMap((edge) => after.packages.get(edge.to) ?? []);
    return to
      .filter((one) => wanted.has(one.name))
      .filter((one) => !isNeeded(from, one, after.ecosystem, published))
      .map((one) => [from, one] as const);
  });
}

/** Whether the registry says that a version needs a package, and takes this version of it. */
function isNeeded(
  from: LockedPackage,
  to: LockedPackage,
  ecosystem: LockGraph['ecosystem'],
  published: Published,
): boolean {
  const version = publishedAs(from, published);
  const satisfies = ecosystem === 'cargo' ? satisfiesCargo : satisfiesNpm;
  return (version?.dependencies ?? []).some(
    (dependency) =>
      dependency.package === to.name && satisfies(to.version, dependency.requirement),
  );
}

function publishedAs({ name, version }: LockedPackage, published: Published) {
  return published(name)?.versions.find((one) => one.version === version);
}
