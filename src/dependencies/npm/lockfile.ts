import {
  type DependencyEdge,
  type LockedPackage,
  type LockGraph,
  UnreadableFile,
} from '../model.ts';
import { directEdges } from './direct-edges.ts';
import {
  isJsonObject,
  type JsonObject,
  parseJsonObject,
  quoted,
  textAt,
} from './json.ts';
import { importName, type LockContents, type LockEntry } from './lock-entry.ts';
import type { NpmManifest } from './manifest.ts';
import { readNestedDependencies } from './nested-dependencies.ts';
import { NodeModules } from './node-modules.ts';
import { readPackagesSection } from './packages-section.ts';

/** The id of the project itself; the ids of all others are the folders they lie in. */
const projectId = '.';

/**
 * Reads a package-lock.json or npm-shrinkwrap.json, lockfileVersion 1 to 3. Roots are the
 * project, its workspaces and folders that it links to. Throws `UnreadableFile`.
 *
 * @param manifest the package.json beside it. lockfileVersion 1 does not say what the
 *   project itself depends on: what the manifest leaves open is guessed
 */
export function parsePackageLock(
  text: string,
  path: string,
  manifest: NpmManifest | null = null,
): LockGraph {
  const lock = parseJsonObject(text, path);
  // The first versions of npm wrote none.
  const version = lock['lockfileVersion'] ?? 1;
  if (version !== 1 && version !== 2 && version !== 3) {
    throw new UnreadableFile(path, 'its lockfileVersion is none of 1, 2 and 3');
  }
  const { packages } = lock;
  // As npm does, whatever the version says.
  if (!isJsonObject(packages)) return readVersion1(lock, path, manifest);
  return graphOf(readPackagesSection(packages, path), path);
}

function readVersion1(
  lock: JsonObject,
  path: string,
  manifest: NpmManifest | null,
): LockGraph {
  const { dependencies } = lock;
  const nested = isJsonObject(dependencies)
    ? readNestedDependencies(dependencies, path)
    : [];
  const project: LockEntry = {
    location: '',
    name: textAt(lock, 'name', path) ?? manifest?.name ?? '',
    version: textAt(lock, 'version', path) ?? manifest?.version ?? '',
    origin: { kind: 'path', path: '.' },
    integrity: null,
    declared: manifest?.directDependencies ?? [],
  };
  const graph = graphOf({ entries: [project, ...nested], links: new Map() }, path);
  const packages = new Map(graph.packages);
  const root = packages.get(projectId);
  if (root) {
    const edges = directEdges(root.edges, nested, packages);
    packages.set(projectId, { ...root, edges });
  }
  return { ...graph, packages };
}

function graphOf({ entries, links }: LockContents, path: string): LockGraph {
  const packages = new Map<string, LockedPackage>();
  const installed = new NodeModules();
  for (const entry of entries) installed.add(entry.location, idOf(entry.location));
  const known = new Set(entries.map(({ location }) => location));
  for (const [location, target] of links) {
    // A link to a link, or to nothing, leads nowhere: npm writes none.
    if (known.has(target)) installed.add(location, idOf(target));
  }
  const roots: string[] = [];
  for (const { location, declared, ...entry } of entries) {
    const id = idOf(location);
    if (packages.has(id)) {
      throw new UnreadableFile(path, `${quoted(id)} stands in it twice`);
    }
    packages.set(id, { id, ...entry, edges: edgesOf(location, declared, installed) });
    if (importName(location) === null) roots.push(id);
  }
  return { ecosystem: 'npm', lockfile: path, packages, roots };
}

/** What is not there, as a dependency that may be missing, is no edge. */
function edgesOf(
  location: string,
  declared: LockEntry['declared'],
  installed: NodeModules,
): DependencyEdge[] {
  const find = installed.from(location);
  return declared.flatMap(({ name, requirement, scope, optional }) => {
    const to = find(name);
    return to === undefined ? [] : [{ to, requirement, scope, optional }];
  });
}

function idOf(location: string): string {
  return location === '' ? projectId : location;
}
