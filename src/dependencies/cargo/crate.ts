import type {
  LockedPackage,
  LockGraph,
  PublishedDependency,
  PublishedVersion,
} from '../model.ts';
import { isOnCratesIo } from './crates-io.ts';
import type { CargoManifest } from './manifest.ts';
import { satisfiesCargo } from './requirement.ts';

/** What is known of one crate of a lockfile, and what has been turned on of it. */
export interface Crate {
  readonly locked: LockedPackage;
  /** Null where neither a manifest nor the registry tells. */
  readonly declared: Declared | null;
  readonly slots: readonly Slot[];
  /** By the name that features call them. */
  readonly slotsByAlias: ReadonlyMap<string, readonly Slot[]>;
  /** The ids that the lockfile gives it, for dependencies that are declared nowhere. */
  readonly undeclared: readonly string[];
  readonly features: Set<string>;
  /** The features that it asks of its dependencies by `alias/feature`. */
  readonly asked: Map<string, Set<string>>;
  isCompiled: boolean;
  /** Whether all of its features are on. */
  isWhole: boolean;
}

/** A dependency that is declared, with the packages that the lockfile may give it. */
export interface Slot {
  readonly dependency: PublishedDependency;
  readonly targets: readonly string[];
  isOn: boolean;
}

interface Declared {
  readonly features: Features;
  /** Without those for development, where nobody builds its tests. */
  readonly dependencies: readonly PublishedDependency[];
  /** People build members by themselves, with whatever features they like. */
  readonly isMember: boolean;
  readonly isProcMacro: boolean;
}

/** What each feature turns on. */
interface Features {
  get(name: string): readonly string[] | undefined;
  keys(): Iterable<string>;
}

/** What the registry has of a version; undefined where that is not known. */
export type Published = (name: string, version: string) => PublishedVersion | undefined;

/** No crate asks for that many versions of one other. */
const mostVersions = 20;

/** The crates of a lockfile, by their ids. */
export function cratesOf(
  { packages }: LockGraph,
  members: readonly CargoManifest[],
  published: Published,
): ReadonlyMap<string, Crate> {
  const own = ownManifests(members, packages);
  const crates = new Map<string, Crate>();
  for (const [id, locked] of packages) {
    const declared =
      locked.origin.kind === 'path'
        ? ofManifest(own(locked))
        : ofRegistry(isOnCratesIo(locked.origin) ? published : () => undefined, locked);
    const slots = slotsOf(locked, declared?.dependencies ?? [], packages);
    const slotsByAlias = Map.groupBy(slots, ({ dependency }) => dependency.alias);
    const covered = new Set(slots.flatMap(({ targets }) => targets));
    const targets = locked.edges.map(({ to }) => to);
    const undeclared = targets.filter((to) => !covered.has(to));
    const [features, asked] = [new Set<string>(), new Map<string, Set<string>>()];
    const state = { features, asked, isCompiled: false, isWhole: false };
    crates.set(id, { locked, declared, slots, slotsByAlias, undeclared, ...state });
  }
  return crates;
}

/** Its version tells apart those of one name; a lockfile may be older than the manifest. */
function ownManifests(
  members: readonly CargoManifest[],
  packages: LockGraph['packages'],
) {
  const byName = Map.groupBy(members, ({ name }) => name);
  const own = [...packages.values()].filter(({ origin }) => origin.kind === 'path');
  const lockedByName = Map.groupBy(own, ({ name }) => name);
  return ({ name, version }: LockedPackage): CargoManifest | null => {
    const named = byName.get(name) ?? [];
    const exact = named.filter((one) => one.version === version);
    const isExact = exact.length > 0 || lockedByName.get(name)?.length !== 1;
    const [only = null, ...more] = isExact ? exact : named;
    return more.length === 0 ? only : null;
  };
}

function ofManifest(manifest: CargoManifest | null): Declared | null {
  if (manifest === null) return null;
  const { features, isMember, isProcMacro } = manifest;
  const dependencies = manifest.dependencies.filter(
    ({ scope }) => isMember || scope !== 'dev',
  );
  return { features, dependencies, isMember, isProcMacro };
}

function ofRegistry(
  published: Published,
  { name, version }: LockedPackage,
): Declared | null {
  const release = published(name, version);
  if (!release) return null;
  return {
    features: featuresIn(release.features),
    dependencies: release.dependencies.filter(({ scope }) => scope !== 'dev'),
    isMember: false,
    // The index does not say.
    isProcMacro: false,
  };
}

/** Some crates have thousands, of which few are asked for: no map is made of them. */
function featuresIn(table: PublishedVersion['features']): Features {
  return {
    get: (name) => (Object.hasOwn(table, name) ? table[name] : undefined),
    keys: () => Object.keys(table),
  };
}

/** The lockfile says what a package was given, and not for which of its dependencies. */
function slotsOf(
  { edges }: LockedPackage,
  dependencies: readonly PublishedDependency[],
  packages: LockGraph['packages'],
): Slot[] {
  const given = Map.groupBy(
    edges.flatMap(({ to }) => packages.get(to) ?? []),
    ({ name }) => name,
  );
  return dependencies.flatMap((dependency) => {
    const named = given.get(dependency.package) ?? [];
    if (named.length === 0 || named.length > mostVersions) return [];
    const targets = named.length === 1 ? named : fittingOf(named, dependency);
    const ids = targets.map(({ id }) => id);
    return [{ dependency, targets: ids, isOn: false }];
  });
}

/** A requirement that a patch does not meet still means one of what the lockfile gives. */
function fittingOf(
  named: readonly LockedPackage[],
  { requirement }: PublishedDependency,
): readonly LockedPackage[] {
  const fitting = named.filter(
    ({ version, origin }) =>
      origin.kind !== 'registry' || satisfiesCargo(version, requirement),
  );
  return fitting.length > 0 ? fitting : named;
}
