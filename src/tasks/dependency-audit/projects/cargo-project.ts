import { activate } from '../../../dependencies/cargo/activation.ts';
import { isOnCratesIo } from '../../../dependencies/cargo/crates-io.ts';
import { parseCargoLock } from '../../../dependencies/cargo/lockfile.ts';
import type { CargoManifest } from '../../../dependencies/cargo/manifest.ts';
import { satisfiesCargo } from '../../../dependencies/cargo/requirement.ts';
import { workspaceOf } from '../../../dependencies/cargo/workspace.ts';
import type {
  LockGraph,
  PublishedVersion,
  RepositoryFiles,
} from '../../../dependencies/model.ts';
import type { FailedSources } from '../failed-sources.ts';
import type { DirectDependency, Project } from './project.ts';
import type { PublishedPackages } from './published-packages.ts';

/**
 * Reads a Cargo.lock with the manifests of its workspace. Which crates are compiled is only
 * known where the registry can be asked for the features of each; else all of them count.
 */
export async function cargoProject(
  lockfile: string,
  files: RepositoryFiles,
  registry: PublishedPackages,
  failed: FailedSources,
): Promise<Project> {
  const locked = parseCargoLock(files.get(lockfile) ?? '', lockfile);
  const { members, toolchain, problems } = workspaceOf(lockfile, files);
  for (const { path, message } of problems) {
    failed.add(path, 'a manifest of the workspace', message, 'medium');
  }
  const packages = [...locked.packages.values()];
  const asked = packages.filter(({ origin }) => isOnCratesIo(origin));
  const published = await registry.all(asked.map(({ name }) => name));
  const versions = new Map<string, PublishedVersion>();
  for (const { name, versions: all } of published.values()) {
    for (const one of all) versions.set(`${name}@${bare(one.version)}`, one);
  }
  const activation = activate(locked, members, (name, version) =>
    versions.get(`${name}@${bare(version)}`),
  );
  const { graph, compiled, scopes } = activation;
  const isKnown = members.length > 0 && !registry.isOffline;
  const notCompiled = [...graph.packages.keys()].filter((id) => !compiled.has(id));
  const direct = directDependencies(graph, members);
  return {
    ecosystem: 'cargo',
    osvEcosystem: 'crates.io',
    graph,
    scopes,
    notCompiled: new Set(isKnown ? notCompiled : []),
    direct,
    runsOn: toolchainVersion(toolchain) ?? oldest(members),
    place: (by, name) => {
      const asking = graph.packages.get(by)?.name;
      return direct.find((one) => one.name === name && one.by === asking) ?? null;
    },
    isAskable: ({ origin }) => isOnCratesIo(origin),
    admits: (requirement, version) => satisfiesCargo(version, requirement),
  };
}

/** The index takes what follows a `+` for nothing: 300.1.0+3.1.0 is 300.1.0. */
function bare(version: string): string {
  return version.replace(/\+.*$/, '');
}

interface CargoDependency extends DirectDependency {
  /** The member that asks for it; its name is its own within the workspace. */
  readonly by: string | null;
}

function directDependencies(
  graph: LockGraph,
  members: readonly CargoManifest[],
): CargoDependency[] {
  const own = new Map(
    [...graph.packages.values()]
      .filter(({ origin }) => origin.kind === 'path')
      .map((one) => [one.name, one]),
  );
  return members.flatMap((member) => {
    const by = member.name;
    const edges = own.get(by ?? '')?.edges ?? [];
    const targets = edges.flatMap(({ to }) => graph.packages.get(to) ?? []);
    return member.dependencies.flatMap((dependency) => {
      const { alias, package: name, requirement, scope, table, manifest } = dependency;
      const locked = targets.find(
        (one) => one.name === name && satisfiesCargo(one.version, requirement),
      );
      if (locked?.origin.kind !== 'registry') return [];
      return [{ name, alias, requirement, scope, table, manifest, locked, by }];
    });
  });
}

/** `1.93.0` of a channel such as `1.93.0-x86_64-unknown-linux-gnu`; null for `stable`. */
function toolchainVersion(channel: string | null): string | null {
  return /^\d+\.\d+(\.\d+)?/.exec(channel ?? '')?.[0] ?? null;
}

function oldest(members: readonly CargoManifest[]): string | null {
  const versions = members.flatMap(({ rustVersion }) => rustVersion ?? []);
  return versions.toSorted(byNumbers)[0] ?? null;
}

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
