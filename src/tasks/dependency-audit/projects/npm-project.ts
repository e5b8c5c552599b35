import { posix } from 'node:path';
import type {
  LockedPackage,
  LockGraph,
  RepositoryFiles,
} from '../../../dependencies/model.ts';
import { parsePackageLock } from '../../../dependencies/npm/lockfile.ts';
import { npmManifestOf } from '../../../dependencies/npm/manifest.ts';
import { satisfiesNpm } from '../../../dependencies/npm/requirement.ts';
import { npmScopes } from '../../../dependencies/npm/scopes.ts';
import type { Policy } from '../../../dependencies/policy.ts';
import type { DirectDependency, Project } from './project.ts';

/** Reads a package-lock.json. npm installs all that stands in it. */
export function npmProject(
  lockfile: string,
  files: RepositoryFiles,
  policy: Policy,
  npmUrl: string,
): Project {
  const manifest = npmManifestOf(lockfile, files);
  const graph = parsePackageLock(files.get(lockfile) ?? '', lockfile, manifest);
  const folder = posix.dirname(lockfile);
  const direct = directDependencies(graph, folder);
  return {
    ecosystem: 'npm',
    osvEcosystem: 'npm',
    graph,
    scopes: npmScopes(graph, { isBundled: isBundled(folder, files, policy) }),
    notCompiled: new Set(),
    direct: direct.map(({ dependency }) => dependency),
    runsOn: manifest?.engines ?? nodeVersion(folder, files),
    place: (by, name) =>
      direct.find((one) => one.by === by && one.dependency.name === name)?.dependency ??
      null,
    isAskable: isFrom(npmUrl),
    admits: (requirement, version) => satisfiesNpm(version, requirement),
  };
}

/** The public registry, under both of its names. */
const publicHosts = ['registry.npmjs.org', 'registry.yarnpkg.com'];

/**
 * Whether a package comes from the registry that is asked. Another one may have something
 * else under the same name, and its names are nobody's business.
 */
function isFrom(npmUrl: string): (locked: LockedPackage) => boolean {
  const hosts = new Set([...publicHosts, URL.parse(npmUrl)?.host]);
  return ({ origin }) =>
    origin.kind === 'registry' &&
    (origin.url === null || hosts.has(URL.parse(origin.url)?.host));
}

function directDependencies(graph: LockGraph, folder: string) {
  return graph.roots.flatMap((by) => {
    const root = graph.packages.get(by);
    const own = root?.origin.kind === 'path' ? (root.origin.path ?? '') : '';
    const manifest = posix.join(folder, own, 'package.json');
    return (root?.edges ?? []).flatMap(({ to, requirement, scope, optional }) => {
      const locked = graph.packages.get(to);
      if (locked?.origin.kind !== 'registry' || requirement === null) return [];
      const table =
        scope === 'dev'
          ? 'devDependencies'
          : optional
            ? 'optionalDependencies'
            : 'dependencies';
      const dependency: DirectDependency = {
        name: locked.name,
        alias: aliasOf(locked),
        requirement,
        scope: scope ?? 'runtime',
        table,
        manifest,
        locked,
      };
      return [{ by, dependency }];
    });
  });
}

/** The name of its folder, which is the one that the code uses. */
function aliasOf({ id, name }: LockedPackage): string {
  const at = id.lastIndexOf('node_modules/');
  return at < 0 ? name : id.slice(at + 'node_modules/'.length);
}

/**
 * Whether what npm calls development dependencies ships: an action in JavaScript is one
 * bundled file; of others the policy says so.
 */
function isBundled(folder: string, files: RepositoryFiles, { bundled }: Policy): boolean {
  if (bundled.some((one) => posix.join(one, '.') === folder)) return true;
  const action =
    files.get(posix.join(folder, 'action.yml')) ??
    files.get(posix.join(folder, 'action.yaml'));
  return action !== undefined && /^\s+using:\s*['"]?node\d+/m.test(action);
}

function nodeVersion(folder: string, files: RepositoryFiles): string | null {
  for (const name of ['.nvmrc', '.node-version']) {
    const version = /^v?(\d+(\.\d+)*)\s*$/.exec(
      files.get(posix.join(folder, name)) ?? '',
    )?.[1];
    if (version) return version;
  }
  return null;
}
