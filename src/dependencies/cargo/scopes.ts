import type { LockedPackage, LockGraph, Scope } from '../model.ts';

/**
 * What becomes of each package that is compiled, by its id: what ships outdoes what builds,
 * and that outdoes what only tests. What a build script or a procedural macro needs, runs on
 * the machine that builds.
 *
 * @param levelOf what a root is itself
 */
export function scopesOf(
  { packages, roots }: LockGraph,
  levelOf: (root: LockedPackage) => Scope,
): ReadonlyMap<string, Scope> {
  const found = new Map<string, Scope>();
  const later: Record<Scope, string[]> = { runtime: [], build: [], dev: [] };
  for (const id of roots) {
    const root = packages.get(id);
    if (root) later[levelOf(root)].push(id);
  }
  // The strongest first: what has one already is not looked at again.
  for (const level of ['runtime', 'build', 'dev'] as const) {
    const queue = later[level];
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      if (found.has(id)) continue;
      found.set(id, level);
      for (const { to, scope, optional } of packages.get(id)?.edges ?? []) {
        if (!optional) later[weaker(level, scope ?? 'runtime')].push(to);
      }
    }
  }
  return found;
}

function weaker(level: Scope, edge: Scope): Scope {
  if (level === 'dev' || edge === 'dev') return 'dev';
  return level === 'build' || edge === 'build' ? 'build' : 'runtime';
}
