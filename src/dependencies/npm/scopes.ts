import type { LockGraph, Scope } from '../model.ts';
import { reachable } from '../path.ts';

/**
 * What becomes of each package, by its id. `dev` is what only the development dependencies
 * of the project's own packages lead to. What nothing leads to counts as `runtime`.
 *
 * @param options.isBundled for a project that is shipped as one file, such as an action in
 *   JavaScript: there, what is called a development dependency ships as well
 */
export function npmScopes(
  graph: LockGraph,
  { isBundled }: { readonly isBundled: boolean },
): ReadonlyMap<string, Scope> {
  const found = reachable(graph);
  const ships = reachable(graph, (_, edge) => edge.scope !== 'dev');
  return new Map(
    graph.packages.keys().map((id) => {
      const isDev = !isBundled && found.has(id) && !ships.has(id);
      return [id, isDev ? 'dev' : 'runtime'];
    }),
  );
}
