import type { LockedPackage, LockGraph } from '../../../dependencies/model.ts';

/** A package that asks for another one. */
export interface Dependent {
  readonly by: LockedPackage;
  /** Null where the lockfile does not say what it asks for. */
  readonly requirement: string | null;
}

const known = new WeakMap<LockGraph, ReadonlyMap<string, readonly Dependent[]>>();

/** Who asks for each package of a lockfile, by its id. */
export function dependentsOf(
  graph: LockGraph,
): ReadonlyMap<string, readonly Dependent[]> {
  const before = known.get(graph);
  if (before) return before;
  const dependents = new Map<string, Dependent[]>();
  for (const by of graph.packages.values()) {
    for (const { to, requirement } of by.edges) {
      const list = dependents.get(to);
      if (list) list.push({ by, requirement });
      else dependents.set(to, [{ by, requirement }]);
    }
  }
  known.set(graph, dependents);
  return dependents;
}
