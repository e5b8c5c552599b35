import type {
  DependencyEdge,
  LockedPackage,
  LockGraph,
  PublishedVersion,
} from '../../../dependencies/model.ts';
import { importName } from '../../../dependencies/npm/lock-entry.ts';
import { realRequirement, satisfiesNpm } from '../../../dependencies/npm/requirement.ts';
import { isCompatibleUpdate } from '../../../dependencies/version.ts';
import { versionKey } from './lock-delta.ts';
import { isMetBy, needsOf } from './needs.ts';

/** What packages are given that they do not take, and what they are not given. */
export interface EdgeFaults {
  readonly unfitting: readonly (readonly [LockedPackage, LockedPackage])[];
  /** By the names that they ask for. */
  readonly missing: readonly (readonly [LockedPackage, string])[];
}

/** Null where nobody answered; `undefined` where nobody can be asked. */
export type PublishedAs = (one: LockedPackage) => PublishedVersion | null | undefined;

interface Given {
  readonly name: string;
  readonly to: LockedPackage;
  readonly edge: DependencyEdge;
}

/** The packages that a package is given, by the names that it asks for. */
function givenTo({ edges }: LockedPackage, graph: LockGraph): Given[] {
  return edges.flatMap((edge) => {
    const to = graph.packages.get(edge.to);
    if (!to) return [];
    const name = graph.ecosystem === 'npm' ? importName(to.id) : to.name;
    return [{ name: name ?? to.name, to, edge }];
  });
}

/** A package that stays, and is given something else than before. */
export interface Regiven {
  readonly by: LockedPackage;
  /** What it is given that it was not before. */
  readonly gained: readonly Given[];
  /** What it was given and is not any more; of the same name as what it gained, or lost. */
  readonly lost: readonly Given[];
  readonly now: readonly Given[];
}

/** Finds the packages of which the version stays, and not what they are given. */
export function regiven(before: LockGraph, after: LockGraph): Regiven[] {
  const olds = Map.groupBy(before.packages.values(), versionKey);
  const own = new Set(after.roots);
  return [...after.packages.values()].flatMap((by) => {
    const there = before.packages.get(by.id);
    const isSame = there && (own.has(by.id) || versionKey(there) === versionKey(by));
    const same = isSame ? [there] : null;
    const befores = same ?? olds.get(versionKey(by)) ?? [];
    if (befores.length === 0) return [];
    const now = givenTo(by, after);
    const then = befores.map((one) => givenTo(one, before));
    const gained = now.filter((one) => !then.some((list) => has(list, one)));
    // Of several copies, what only some of them had may well be gone with those.
    const lost = (then[0] ?? []).filter(
      (one) => !has(now, one) && then.every((list) => has(list, one)),
    );
    return gained.length + lost.length > 0 ? [{ by, gained, lost, now }] : [];
  });
}

function has(list: readonly Given[], { name, to }: Given): boolean {
  return list.some((one) => one.name === name && versionKey(one.to) === versionKey(to));
}

/**
 * Installers do as the lockfile says, whether or not it fits, and fetch what is missing in
 * it without asking. So what comes is held to what the registry says that it needs, and
 * what stays to what it had before.
 */
export function edgeFaults(
  before: LockGraph,
  after: LockGraph,
  incoming: readonly LockedPackage[],
  publishedAs: PublishedAs,
): EdgeFaults {
  const faults = incoming.map((by) => {
    const [now, published] = [givenTo(by, after), publishedAs(by)];
    return published ? heldToRegistry(by, now, now, after, published) : none;
  });
  const own = new Set(after.roots);
  for (const change of regiven(before, after)) {
    const { by, gained, now } = change;
    if (after.ecosystem === 'npm') faults.push(heldToLock(change, own));
    else if (!own.has(by.id)) {
      const published = publishedAs(by);
      if (published) faults.push(heldToRegistry(by, now, gained, after, published));
      else faults.push(heldToBefore(change, published === undefined));
    }
  }
  return {
    unfitting: faults.flatMap(({ unfitting }) => unfitting),
    missing: faults.flatMap(({ missing }) => missing),
  };
}

const none: EdgeFaults = { unfitting: [], missing: [] };

function heldToRegistry(
  by: LockedPackage,
  now: readonly Given[],
  changed: readonly Given[],
  { ecosystem }: LockGraph,
  published: PublishedVersion,
): EdgeFaults {
  const needs = needsOf(published);
  const unmet = needs.filter(
    (need) => need.isRequired && !now.some(({ to }) => isMetBy(need, to, ecosystem)),
  );
  return {
    unfitting: changed
      .filter(({ to }) => !needs.some((need) => isMetBy(need, to, ecosystem)))
      .map(({ to }) => [by, to] as const),
    missing: unmet
      .filter(({ alias }) => !changed.some(({ name }) => name === alias))
      .map(({ package: name }) => [by, name] as const),
  };
}

/** npm writes down what each package asks for, which for what stays is as it was before. */
function heldToLock(
  { by, gained, lost, now }: Regiven,
  own: ReadonlySet<string>,
): EdgeFaults {
  const fits = ({ name, to }: Given, requirement: string | null) =>
    (realRequirement(requirement ?? '').package ?? name) === to.name &&
    satisfiesNpm(to.version, requirement ?? '');
  // Peers that do not fit are a choice of the project's.
  const wasUnfit = ({ name, to }: Given) =>
    lost.some(
      (old) =>
        old.name === name && old.to.name === to.name && !fits(old, old.edge.requirement),
    );
  return {
    unfitting: gained
      .filter(({ to }) => !own.has(to.id))
      .filter((one) => !fits(one, one.edge.requirement) && !wasUnfit(one))
      .map(({ to }) => [by, to] as const),
    missing: own.has(by.id)
      ? []
      : lost
          .filter(({ edge, name }) => !edge.optional && !now.some((o) => o.name === name))
          .map(({ name }) => [by, name] as const),
  };
}

/** Of crates from elsewhere nobody can say what they take: only the caret range is left. */
function heldToBefore(
  { by, gained, lost, now }: Regiven,
  isFromElsewhere: boolean,
): EdgeFaults {
  return {
    unfitting: gained
      .filter(
        ({ name, to }) =>
          !isFromElsewhere ||
          !lost.some(
            (old) => old.name === name && isCompatibleUpdate(old.to.version, to.version),
          ),
      )
      .map(({ to }) => [by, to] as const),
    missing: lost
      .filter(({ name }) => !now.some((one) => one.name === name))
      .map(({ name }) => [by, name] as const),
  };
}
