import type {
  Advisory,
  AdvisorySource,
  OsvEcosystem,
} from '../../../advisories/advisory.ts';
import type { LockedPackage } from '../../../dependencies/model.ts';
import type { FailedSources } from '../failed-sources.ts';
import { dependentsOf } from '../fix/dependents.ts';
import type { Project } from '../projects/project.ts';

/** A locked package that advisories are about. */
export interface Hit {
  readonly project: Project;
  readonly locked: LockedPackage;
  readonly advisories: readonly Advisory[];
}

/** What is known of the packages of all projects. */
export interface Advised {
  readonly hits: readonly Hit[];
  /** Everything that is known of a package, whichever version it is about. */
  all(ecosystem: OsvEcosystem, name: string): readonly Advisory[];
}

/**
 * Looks up every locked package, once an ecosystem; then all that is known of those that
 * were hit, and of who depends on them, for a fix must not lead into the next hole. What
 * could not be looked up is added to `failed`, as grave.
 */
export async function findHits(
  projects: readonly Project[],
  source: AdvisorySource,
  failed: FailedSources,
  signal: AbortSignal,
): Promise<Advised> {
  const hits: Hit[] = [];
  const known = new Map<string, readonly Advisory[]>();
  for (const ecosystem of ['crates.io', 'npm'] as const) {
    const own = projects.filter(({ osvEcosystem }) => osvEcosystem === ecosystem);
    const wanted = wantedVersions(own);
    if (wanted.size === 0) continue;
    const asked = source.isWhole ? allVersions(wanted.keys()) : wanted;
    const found = await failed.attempt(
      `advisories about packages of ${ecosystem}`,
      () => source.find(ecosystem, asked, signal),
      'high',
    );
    if (!found) continue;
    const hit = own.flatMap((project) => hitsIn(project, found));
    hits.push(...hit);
    if (hit.length === 0) continue;
    const everything = source.isWhole
      ? found
      : await failed.attempt(
          `which versions of packages of ${ecosystem} are free of advisories`,
          () => source.find(ecosystem, allVersions(hit.flatMap(namesAround)), signal),
        );
    for (const [name, advisories] of everything ?? found) {
      known.set(`${ecosystem} ${name}`, advisories);
    }
  }
  return { hits, all: (ecosystem, name) => known.get(`${ecosystem} ${name}`) ?? [] };
}

function allVersions(names: Iterable<string>): Map<string, string[]> {
  return new Map([...names].map((name) => [name, []]));
}

function wantedVersions(projects: readonly Project[]): Map<string, string[]> {
  const wanted = new Map<string, Set<string>>();
  for (const { graph, isAskable } of projects) {
    for (const locked of graph.packages.values()) {
      if (!isAskable(locked)) continue;
      const versions = wanted.get(locked.name);
      if (versions) versions.add(locked.version);
      else wanted.set(locked.name, new Set([locked.version]));
    }
  }
  return new Map([...wanted].map(([name, versions]) => [name, [...versions]]));
}

function hitsIn(
  project: Project,
  found: ReadonlyMap<string, readonly Advisory[]>,
): Hit[] {
  return [...project.graph.packages.values()].flatMap((locked) => {
    if (!project.isAskable(locked)) return [];
    const advisories = (found.get(locked.name) ?? []).filter((one) =>
      one.affects(locked.version),
    );
    return advisories.length > 0 ? [{ project, locked, advisories }] : [];
  });
}

/** As far up as the search for a fix may go. */
function namesAround({ project, locked }: Hit): string[] {
  const dependents = dependentsOf(project.graph);
  const seen = new Map([[locked.id, locked]]);
  for (const one of seen.values()) {
    for (const { by } of dependents.get(one.id) ?? []) {
      if (project.isAskable(by)) seen.set(by.id, by);
    }
  }
  return [...seen.values()].map(({ name }) => name);
}
