import type { DependencyEdge, LockedPackage, LockGraph } from './model.ts';

/** Says of an edge whether a way may lead over it. */
export type AllowEdge = (from: LockedPackage, edge: DependencyEdge) => boolean;

/**
 * Finds the shortest ways from the project to its packages. What it returns gives the ids
 * from a root to a package, both with it; null where no allowed edges lead there.
 */
export function pathFromRoot(
  graph: LockGraph,
  allowed?: AllowEdge,
): (id: string) => readonly string[] | null {
  const cameFrom = walk(graph, allowed);
  return (id) => {
    if (!cameFrom.has(id)) return null;
    const path: string[] = [];
    for (let at: string | null = id; at !== null; at = cameFrom.get(at) ?? null) {
      path.push(at);
    }
    return path.reverse();
  };
}

/** The ids of all packages that allowed edges lead to from a root, and of the roots. */
export function reachable(graph: LockGraph, allowed?: AllowEdge): ReadonlySet<string> {
  return new Set(walk(graph, allowed).keys());
}

/** Breadth first, in the order of the lockfile: from which package each was found first. */
function walk(
  { packages, roots }: LockGraph,
  allowed: AllowEdge = () => true,
): ReadonlyMap<string, string | null> {
  const cameFrom = new Map<string, string | null>();
  const queue: LockedPackage[] = [];
  const visit = (id: string, from: string | null) => {
    const found = packages.get(id);
    if (!found || cameFrom.has(id)) return;
    cameFrom.set(id, from);
    queue.push(found);
  };
  for (const root of roots) visit(root, null);
  // The queue grows while it is read.
  for (const from of queue) {
    for (const edge of from.edges) {
      if (allowed(from, edge)) visit(edge.to, from.id);
    }
  }
  return cameFrom;
}
