import type { Scope } from '../model.ts';
import { isJsonObject, type JsonObject, textEntries } from './json.ts';

/** Tables of a package.json, the ones that outdo the others first. */
const tables = [
  'optionalDependencies',
  'dependencies',
  'devDependencies',
  'peerDependencies',
] as const;

export type DependencyTable = (typeof tables)[number];

/** A dependency as a package.json, or a package's entry in a lockfile, declares it. */
export interface DeclaredDependency {
  /** By which code imports it: of an alias, not the name in the registry. */
  readonly name: string;
  readonly requirement: string;
  readonly table: DependencyTable;
  readonly scope: Scope;
  /** Whether it may be missing. */
  readonly optional: boolean;
}

/**
 * The dependencies that a package declares. One in several tables counts in the one that
 * ships more: npm itself lets `devDependencies` outdo `dependencies`, by which something
 * that ships would look like a tool.
 */
export function declaredDependencies(
  declaring: JsonObject,
  path: string,
  { withDev }: { readonly withDev: boolean },
): DeclaredDependency[] {
  const declared = new Map<string, DeclaredDependency>();
  for (const table of tables) {
    if (table === 'devDependencies' && !withDev) continue;
    const scope = table === 'devDependencies' ? 'dev' : 'runtime';
    for (const [name, requirement] of textEntries(declaring[table], path)) {
      if (declared.has(name)) continue;
      const optional =
        table === 'optionalDependencies' ||
        (table === 'peerDependencies' && isOptionalPeer(declaring, name));
      declared.set(name, { name, requirement, table, scope, optional });
    }
  }
  return [...declared.values()];
}

function isOptionalPeer(declaring: JsonObject, name: string): boolean {
  const peerDependenciesMeta = declaring['peerDependenciesMeta'];
  if (!isJsonObject(peerDependenciesMeta) || !Object.hasOwn(peerDependenciesMeta, name)) {
    return false;
  }
  const meta = peerDependenciesMeta[name];
  return isJsonObject(meta) && meta['optional'] === true;
}
