import type { DependencyEdge, LockedPackage, Scope } from '../model.ts';
import type { NestedEntry } from './nested-dependencies.ts';

type Packages = ReadonlyMap<string, LockedPackage>;

/**
 * The edges of the project itself, which lockfileVersion 1 does not write down: those that
 * its manifest declares, and where these do not lead to all packages, a guess.
 *
 * What ships is guessed first, and from what ships alone: much of it is also asked for by
 * tools, and must not look as if it came with them.
 */
export function directEdges(
  declared: readonly DependencyEdge[],
  nested: readonly NestedEntry[],
  packages: Packages,
): DependencyEdge[] {
  const top = nested
    .map(({ location }) => location)
    .filter((location) => !location.includes('/node_modules/'));
  const dev = new Set(
    nested.filter(({ isDev }) => isDev).map(({ location }) => location),
  );
  const shipped = new Map([...packages].filter(([id]) => !dev.has(id)));
  const shippedTop = top.filter((id) => !dev.has(id));
  const shippedDeclared = declared.filter(({ scope }) => scope !== 'dev');
  const shipping = guess(shipped, shippedTop, shippedDeclared, 'runtime');
  const known = [...declared, ...shipping];
  return [...known, ...guess(packages, top, known, 'dev')];
}

/**
 * What lies at the top and no other package asks for; where packages ask for each other in
 * a circle that nothing leads into, the first of them.
 */
function guess(
  packages: Packages,
  top: readonly string[],
  known: readonly DependencyEdge[],
  scope: Scope,
): DependencyEdge[] {
  const askedFor = new Set<string>();
  for (const { edges } of packages.values()) {
    for (const { to } of edges) askedFor.add(to);
  }
  const reached = new Set<string>();
  for (const { to } of known) reach(to, packages, reached);
  const likeliestFirst = [
    ...top.filter((id) => !askedFor.has(id)),
    ...top.filter((id) => askedFor.has(id)),
  ];
  const guessed: DependencyEdge[] = [];
  for (const id of likeliestFirst) {
    if (reached.has(id)) continue;
    reach(id, packages, reached);
    guessed.push({ to: id, requirement: null, scope, optional: false });
  }
  return guessed;
}

function reach(start: string, packages: Packages, reached: Set<string>): void {
  const open = [start];
  // It grows while it is read.
  for (const id of open) {
    if (reached.has(id)) continue;
    reached.add(id);
    for (const { to } of packages.get(id)?.edges ?? []) open.push(to);
  }
}
