import type { DependencyEdge, LockedPackage, LockGraph, Scope } from '../model.ts';
import { type Crate, cratesOf, type Published } from './crate.ts';
import { FeatureWalk } from './feature-walk.ts';
import type { CargoManifest } from './manifest.ts';
import { cargoScopes } from './scopes.ts';

/** What of a lockfile the builds of its workspace compile. */
export interface Activation {
  /** The ids of the packages that some build compiles: more may be in it, never less. */
  readonly compiled: ReadonlySet<string>;
  /** Of all that are compiled. */
  readonly scopes: ReadonlyMap<string, Scope>;
  /** The ids of packages of which nothing is known: all that they might ask for counts. */
  readonly guessed: ReadonlySet<string>;
  /** With the requirement and the scope of each edge; `optional`: nothing turns it on. */
  readonly graph: LockGraph;
}

/**
 * Follows the features that are turned on from the members of a workspace: all of theirs at
 * once, on all platforms, for all kinds of dependencies, as cargo's first resolver unifies
 * them. A build with fewer features, or by a newer resolver, compiles less.
 *
 * Source: https://doc.rust-lang.org/cargo/reference/features.html
 */
export function activate(
  graph: LockGraph,
  members: readonly CargoManifest[],
  published: Published,
): Activation {
  const crates = cratesOf(graph, members, published);
  const walk = new FeatureWalk(crates);
  const starts = graph.roots.flatMap((id) => crates.get(id) ?? []).filter(isStart);
  for (const crate of starts) walk.start(crate);
  const compiled = [...crates].filter(([, { isCompiled }]) => isCompiled);
  return {
    compiled: new Set(compiled.map(([id]) => id)),
    scopes: cargoScopes(starts, crates),
    guessed: walk.guessed,
    graph: withDeclared(graph, crates),
  };
}

/** What lies in a folder and is no member is compiled where another one asks for it. */
function isStart({ declared }: Crate): boolean {
  return declared === null || declared.isMember;
}

/** Several dependencies may have been given the same package: each has its own edge. */
function withDeclared(graph: LockGraph, crates: ReadonlyMap<string, Crate>): LockGraph {
  const packages = new Map<string, LockedPackage>();
  for (const [id, { locked, slots, undeclared }] of crates) {
    const declared = slots.flatMap(({ dependency, targets, isOn }) => {
      const { requirement, scope } = dependency;
      return targets.map(
        (to): DependencyEdge => ({ to, requirement, scope, optional: !isOn }),
      );
    });
    const others = new Set(undeclared);
    const edges = [...declared, ...locked.edges.filter(({ to }) => others.has(to))];
    packages.set(id, { ...locked, edges });
  }
  return { ...graph, packages };
}
