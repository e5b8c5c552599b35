import type {
  DependencyEdge,
  LockedPackage,
  LockGraph,
  PublishedDependency,
  PublishedVersion,
  Scope,
} from '../model.ts';
import type { CargoManifest } from './manifest.ts';
import { satisfiesCargo } from './requirement.ts';
import { scopesOf } from './scopes.ts';

/** What of a lockfile is compiled by any build of the workspace. */
export interface Activation {
  /** The ids of the packages that some build compiles. More may be in it, never less. */
  readonly compiled: ReadonlySet<string>;
  readonly scopes: ReadonlyMap<string, Scope>;
  /** The ids of packages whose features are not known: all that they lock counts. */
  readonly guessed: ReadonlySet<string>;
  /** With the requirement and the scope of each edge; `optional`: nobody turns it on. */
  readonly graph: LockGraph;
}

/** What a package declares: its manifest, or what the registry has of it. */
interface Declared {
  readonly dependencies: readonly PublishedDependency[];
  features(name: string): readonly string[] | undefined;
  readonly featureNames: readonly string[];
  /** Members of the workspace are built by hand, with whatever features somebody likes. */
  readonly isMember: boolean;
}

/** A declared dependency, and the packages that the lockfile may give it. */
interface Slot {
  readonly dependency: PublishedDependency;
  readonly targets: readonly string[];
}

/**
 * Walks from the members along the features that are turned on, for all platforms, all kinds
 * of dependencies and all features of the members at once, as cargo's first resolver unifies
 * them. What is not reached no build of the workspace compiles.
 *
 * Source: https://doc.rust-lang.org/cargo/reference/features.html
 *
 * @param published what the registry has of a version; undefined where that is not known
 */
export function activate(
  graph: LockGraph,
  members: readonly CargoManifest[],
  published: (name: string, version: string) => PublishedVersion | undefined,
): Activation {
  const walk = new Walk(graph, declarations(graph, members, published));
  for (const root of graph.roots) walk.start(root);
  walk.run();
  const { compiled, guessed } = walk;
  const filled = walk.filledGraph();
  const isProcMacro = new Set(
    members.filter((one) => one.isProcMacro).map(({ name }) => name),
  );
  const levelOf = (root: LockedPackage): Scope =>
    isProcMacro.has(root.name) ? 'build' : 'runtime';
  return { compiled, guessed, graph: filled, scopes: scopesOf(filled, levelOf) };
}

function declarations(
  { packages }: LockGraph,
  members: readonly CargoManifest[],
  published: (name: string, version: string) => PublishedVersion | undefined,
): (locked: LockedPackage) => Declared | null {
  const own = new Map(members.map((one) => [one.name, one]));
  const known = new Map<string, Declared | null>();
  const declare = ({ name, version, origin }: LockedPackage): Declared | null => {
    if (origin.kind === 'path') {
      const manifest = own.get(name);
      if (!manifest) return null;
      const { isMember } = manifest;
      return {
        dependencies: manifest.dependencies.filter(
          ({ scope }) => isMember || scope !== 'dev',
        ),
        features: (feature) => manifest.features.get(feature),
        featureNames: [...manifest.features.keys()],
        isMember,
      };
    }
    const release = origin.kind === 'registry' ? published(name, version) : undefined;
    if (!release) return null;
    return {
      dependencies: release.dependencies.filter(({ scope }) => scope !== 'dev'),
      features: (feature) =>
        Object.hasOwn(release.features, feature) ? release.features[feature] : undefined,
      featureNames: Object.keys(release.features),
      isMember: false,
    };
  };
  for (const [id, locked] of packages) known.set(id, declare(locked));
  return ({ id }) => known.get(id) ?? null;
}

/** Something that is turned on: a package, one of its features, or all of them. */
type Turned = { readonly id: string; readonly feature: string | null };

class Walk {
  readonly compiled = new Set<string>();
  readonly guessed = new Set<string>();
  readonly #graph: LockGraph;
  readonly #declared: (locked: LockedPackage) => Declared | null;
  readonly #slots = new Map<string, readonly Slot[]>();
  readonly #isOn = new Set<Slot>();
  /** Features of each package that are on. */
  readonly #features = new Map<string, Set<string>>();
  /** `x?/y` before anybody turned on x, by package and alias. */
  readonly #waiting = new Map<string, string[]>();
  readonly #queue: Turned[] = [];

  constructor(graph: LockGraph, declared: (locked: LockedPackage) => Declared | null) {
    this.#graph = graph;
    this.#declared = declared;
    for (const locked of graph.packages.values()) {
      this.#slots.set(locked.id, slotsOf(locked, declared(locked), graph));
    }
  }

  start(root: string): void {
    this.#queue.push({ id: root, feature: null });
  }

  run(): void {
    for (let next = this.#queue.pop(); next; next = this.#queue.pop()) {
      const locked = this.#graph.packages.get(next.id);
      if (!locked) continue;
      if (!this.compiled.has(next.id)) this.#compile(locked);
      if (next.feature !== null) this.#turnOn(locked, next.feature);
    }
  }

  #compile(locked: LockedPackage): void {
    this.compiled.add(locked.id);
    const declared = this.#declared(locked);
    if (!declared) {
      this.guessed.add(locked.id);
      // It may ask for any feature of what it locks.
      for (const { to } of locked.edges) this.#everythingOf(to);
      return;
    }
    const slots = this.#slots.get(locked.id) ?? [];
    for (const slot of slots) {
      if (!slot.dependency.optional) this.#use(locked.id, slot);
    }
    // What is locked for it and nowhere declared cannot be told: in doubt it is compiled.
    for (const { to } of locked.edges) {
      if (!slots.some(({ targets }) => targets.includes(to))) this.#everythingOf(to);
    }
    if (declared.isMember) this.#everythingOf(locked.id);
  }

  #everythingOf(id: string): void {
    const locked = this.#graph.packages.get(id);
    const declared = locked && this.#declared(locked);
    this.#queue.push({ id, feature: null });
    for (const feature of declared?.featureNames ?? []) this.#queue.push({ id, feature });
    for (const slot of this.#slots.get(id) ?? []) {
      if (slot.dependency.optional) {
        this.#queue.push({ id, feature: `dep:${slot.dependency.alias}` });
      }
    }
  }

  #turnOn(locked: LockedPackage, feature: string): void {
    const on = this.#features.get(locked.id) ?? new Set();
    this.#features.set(locked.id, on);
    if (on.has(feature)) return;
    on.add(feature);
    if (feature.startsWith('dep:')) {
      this.#useAll(locked.id, feature.slice(4));
      return;
    }
    const slash = feature.indexOf('/');
    if (slash >= 0) {
      this.#turnOnThrough(locked.id, feature.slice(0, slash), feature.slice(slash + 1));
      return;
    }
    const implied = this.#declared(locked)?.features(feature);
    // An optional dependency is a feature by itself where nothing else has its name.
    if (implied === undefined) this.#useAll(locked.id, feature);
    for (const one of implied ?? []) this.#queue.push({ id: locked.id, feature: one });
  }

  /** `x/y` turns on x as well; `x?/y` waits until somebody else does. */
  #turnOnThrough(id: string, alias: string, feature: string): void {
    const isWeak = alias.endsWith('?');
    const name = isWeak ? alias.slice(0, -1) : alias;
    if (!isWeak) {
      this.#useAll(id, name);
      // In a crate without `dep:`, the dependency's own feature may imply more.
      this.#queue.push({ id, feature: name });
    }
    const key = `${id}\n${name}`;
    const waiting = this.#waiting.get(key) ?? [];
    waiting.push(feature);
    this.#waiting.set(key, waiting);
    for (const slot of this.#slots.get(id) ?? []) {
      if (slot.dependency.alias !== name || !this.#isOn.has(slot)) continue;
      for (const to of slot.targets) this.#queue.push({ id: to, feature });
    }
  }

  #useAll(id: string, alias: string): void {
    for (const slot of this.#slots.get(id) ?? []) {
      if (slot.dependency.alias === alias) this.#use(id, slot);
    }
  }

  #use(id: string, slot: Slot): void {
    if (this.#isOn.has(slot)) return;
    this.#isOn.add(slot);
    const { alias, features, defaultFeatures } = slot.dependency;
    const wanted = [...features, ...(this.#waiting.get(`${id}\n${alias}`) ?? [])];
    if (defaultFeatures) wanted.push('default');
    for (const to of slot.targets) {
      this.#queue.push({ id: to, feature: null });
      for (const feature of wanted) this.#queue.push({ id: to, feature });
    }
  }

  /** The lockfile's edges with what is declared for each; several may be for one target. */
  filledGraph(): LockGraph {
    const packages = new Map<string, LockedPackage>();
    for (const [id, locked] of this.#graph.packages) {
      const declared = (this.#slots.get(id) ?? []).flatMap((slot) =>
        slot.targets.map((to): DependencyEdge => {
          const { requirement, scope } = slot.dependency;
          return { to, requirement, scope, optional: !this.#isOn.has(slot) };
        }),
      );
      const known = new Set(declared.map(({ to }) => to));
      const others = locked.edges.filter(({ to }) => !known.has(to));
      packages.set(id, { ...locked, edges: [...declared, ...others] });
    }
    return { ...this.#graph, packages };
  }
}

/** The lockfile says what a package was given, not for which of its dependencies. */
function slotsOf(
  locked: LockedPackage,
  declared: Declared | null,
  { packages }: LockGraph,
): Slot[] {
  const targets = new Map<string, LockedPackage[]>();
  for (const { to } of locked.edges) {
    const target = packages.get(to);
    if (!target) continue;
    const same = targets.get(target.name);
    if (same) same.push(target);
    else targets.set(target.name, [target]);
  }
  return (declared?.dependencies ?? []).flatMap((dependency) => {
    const named = targets.get(dependency.package) ?? [];
    const fitting = named.filter(
      ({ version, origin }) =>
        origin.kind !== 'registry' || satisfiesCargo(version, dependency.requirement),
    );
    // A requirement that was patched away still means what the lockfile gives it.
    const given = fitting.length > 0 ? fitting : named;
    return given.length > 0 ? [{ dependency, targets: given.map(({ id }) => id) }] : [];
  });
}
