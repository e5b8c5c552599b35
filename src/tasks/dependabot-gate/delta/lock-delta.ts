import type { LockedPackage, LockGraph, Origin } from '../../../dependencies/model.ts';
import { compareVersions } from '../../../dependencies/version.ts';
import { type Misplaced, misplaced } from './places.ts';

/** How a lockfile differs from the one before. */
export interface LockDelta {
  /** Whose version was nowhere in the lockfile before. */
  readonly incoming: readonly LockedPackage[];
  /** Whose version is nowhere in the lockfile any more. */
  readonly outgoing: readonly LockedPackage[];
  /** Of which the version stayed, and the checksum or the source did not. */
  readonly altered: readonly {
    readonly before: LockedPackage;
    readonly after: LockedPackage;
  }[];
  /** What has stayed, and was given an older version of something than before. */
  readonly lowered: readonly {
    readonly by: LockedPackage;
    readonly before: LockedPackage;
    readonly after: LockedPackage;
  }[];
  /** What the project itself gained or lost: `gained left-pad`. */
  readonly direct: readonly string[];
  /** The project's own packages that were not there before. */
  readonly ownPackages: readonly string[];
  /** What lies in folders where npm would not put it. */
  readonly misplaced: readonly Misplaced[];
}

/** Compares two lockfiles. */
export function lockDelta(before: LockGraph, after: LockGraph): LockDelta {
  const [old, now] = [byVersion(before), byVersion(after)];
  const incoming: LockedPackage[] = [];
  const altered: { before: LockedPackage; after: LockedPackage }[] = [];
  for (const one of foreign(after)) {
    const same = old.get(versionKey(one));
    const [first] = same ?? [];
    if (!same || !first) incoming.push(one);
    else if (!isWithinAnother(one) && !same.some((other) => isSameThing(other, one))) {
      altered.push({ before: first, after: one });
    }
  }
  const outgoing = foreign(before).filter((one) => !now.has(versionKey(one)));
  return {
    ...{ incoming, outgoing, altered, lowered: loweredEdges(before, after) },
    direct: changedDirect(before, after),
    ownPackages: newOwnPackages(before, after),
    misplaced: misplaced(before, after),
  };
}

/** The packages that are not the project's own. */
export function foreign(graph: LockGraph): LockedPackage[] {
  const own = new Set(graph.roots);
  return [...graph.packages.values()].filter(({ id }) => !own.has(id));
}

export function versionKey({ name, version }: LockedPackage): string {
  return `${name} ${version}`;
}

/** Where something comes from, as a text to compare. */
export function placeOf(origin: Origin): string {
  return `${origin.kind} ${origin.kind === 'path' ? origin.path : origin.url}`;
}

function byVersion(graph: LockGraph): ReadonlyMap<string, readonly LockedPackage[]> {
  return Map.groupBy(foreign(graph), versionKey);
}

function isSameThing(a: LockedPackage, b: LockedPackage): boolean {
  return a.integrity === b.integrity && placeOf(a.origin) === placeOf(b.origin);
}

/** What is bundled has neither an address nor a checksum: those are the bundle's. */
function isWithinAnother({ isBundled, integrity, origin }: LockedPackage): boolean {
  const isFetched = origin.kind !== 'registry' || origin.url !== null;
  return isBundled === true && integrity === null && !isFetched;
}

/** The version of the project's own packages may change; in cargo it is part of the id. */
function newOwnPackages(before: LockGraph, after: LockGraph): string[] {
  const unknown = after.roots.filter((id) => !before.roots.includes(id));
  if (after.ecosystem === 'npm') return unknown;
  const gone = before.roots.filter((id) => !after.roots.includes(id)).map(nameIn);
  return unknown.filter((id) => {
    const at = gone.indexOf(nameIn(id));
    if (at >= 0) gone.splice(at, 1);
    return at < 0;
  });
}

function nameIn(id: string): string {
  return id.slice(0, id.indexOf(' '));
}

function loweredEdges(
  before: LockGraph,
  after: LockGraph,
): LockDelta['lowered'][number][] {
  const lowered: LockDelta['lowered'][number][] = [];
  for (const by of after.packages.values()) {
    const old = before.packages.get(by.id);
    if (old?.version !== by.version) continue;
    const [was, is] = [targets(old, before), targets(by, after)];
    for (const [name, now] of is) {
      const then = was.get(name) ?? [];
      const [from, to] = [highest(then), highest(now)];
      if (from && to && isLower(now, then)) lowered.push({ by, before: from, after: to });
    }
  }
  return lowered;
}

/** Something may depend on two versions of one package, under two names. */
function targets(
  { edges }: LockedPackage,
  graph: LockGraph,
): ReadonlyMap<string, readonly LockedPackage[]> {
  const to = edges.flatMap((edge) => graph.packages.get(edge.to) ?? []);
  return Map.groupBy(to, ({ name }) => name);
}

function isLower(now: readonly LockedPackage[], then: readonly LockedPackage[]): boolean {
  const known = new Set(then.map(({ version }) => version));
  const lost = then.filter((one) => !now.some(({ version }) => version === one.version));
  return now.some(
    ({ version }) =>
      !known.has(version) &&
      lost.some((one) => compareVersions(version, one.version) < 0),
  );
}

function highest(packages: readonly LockedPackage[]): LockedPackage | undefined {
  return packages.toSorted((a, b) => compareVersions(b.version, a.version))[0];
}

function changedDirect(before: LockGraph, after: LockGraph): string[] {
  const [was, is] = [directOf(before), directOf(after)];
  return [
    ...[...is].filter((name) => !was.has(name)).map((name) => `gained ${name}`),
    ...[...was].filter((name) => !is.has(name)).map((name) => `lost ${name}`),
  ];
}

/** By the member and the name of what it depends on. */
function directOf(graph: LockGraph): ReadonlySet<string> {
  const names = graph.roots.flatMap((id) => {
    const own = graph.packages.get(id);
    if (!own) return [];
    const owner = graph.ecosystem === 'cargo' ? own.name : own.id;
    return [...targets(own, graph).keys()].map((name) => `${name} (${owner})`);
  });
  return new Set(names);
}
