import type { Scope } from '../model.ts';
import type { Crate } from './crate.ts';

/**
 * What becomes of each crate that is compiled, by its id: what ships outdoes what builds, and
 * that outdoes what only tests. What a build script or a procedural macro needs, runs on the
 * machine that builds.
 */
export function cargoScopes(
  starts: readonly Crate[],
  crates: ReadonlyMap<string, Crate>,
): ReadonlyMap<string, Scope> {
  const found = new Map<string, Scope>();
  const waiting: Record<Scope, Crate[]> = { runtime: [...starts], build: [], dev: [] };
  // The strongest first: what has one already is not looked at again.
  for (const level of ['runtime', 'build', 'dev'] as const) {
    const queue = waiting[level];
    for (let crate = queue.pop(); crate; crate = queue.pop()) {
      const { declared, locked, slots, undeclared } = crate;
      if (found.has(locked.id)) continue;
      if (declared?.isProcMacro && level === 'runtime') {
        waiting.build.push(crate);
        continue;
      }
      found.set(locked.id, level);
      const push = (id: string, scope: Scope) => {
        const target = crates.get(id);
        if (target) waiting[weaker(level, scope)].push(target);
      };
      for (const { dependency, isOn, targets } of slots) {
        for (const id of isOn ? targets : []) push(id, dependency.scope);
      }
      for (const id of undeclared) push(id, 'runtime');
    }
  }
  return found;
}

function weaker(level: Scope, edge: Scope): Scope {
  if (level === 'dev' || edge === 'dev') return 'dev';
  return level === 'build' || edge === 'build' ? 'build' : 'runtime';
}
