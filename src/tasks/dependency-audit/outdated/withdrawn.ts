import { type DependencyFinding, dependencyFinding } from '../../../core/finding.ts';
import type { LockedPackage } from '../../../dependencies/model.ts';
import { type Project, pathsIn } from '../projects/project.ts';
import { newerIn, type Published } from './newer-in.ts';
import { updateCommand } from './update-command.ts';

/** Finds locked versions that were yanked, or that their maintainers advise against. */
export function findWithdrawn(
  project: Project,
  surroundings: Published,
): DependencyFinding[] {
  const newerOf = newerIn(project, surroundings);
  return [...project.graph.packages.values()].flatMap((locked) => {
    if (locked.origin.kind !== 'registry' || project.notCompiled.has(locked.id))
      return [];
    const version = surroundings.published
      .get(locked.name)
      ?.versions.find((one) => one.version === locked.version);
    const deprecated = locked.deprecated ?? version?.deprecated ?? null;
    if (!version?.yanked && deprecated === null) return [];
    const newer = newerOf(locked);
    const fix =
      !newer || newer.compatible === locked.version
        ? null
        : updateCommand(project, locked, newer, surroundings.cooledBefore);
    const about = { ...aboutPackage(project, locked), ...(fix && { fix }) };
    const remedy = fix ? { remedy: fix } : {};
    const name = `${locked.name} ${locked.version} (${about.scope})`;
    const yanked = version?.yanked
      ? [dependencyFinding('yanked', about, `${name} was yanked.`, remedy)]
      : [];
    if (deprecated === null) return yanked;
    const message = `${name} is deprecated: ${deprecated}`;
    return [...yanked, dependencyFinding('deprecated', about, message, remedy)];
  });
}

function aboutPackage(project: Project, locked: LockedPackage) {
  const path = pathsIn(project)(locked.id);
  return {
    ecosystem: project.ecosystem,
    package: locked.name,
    version: locked.version,
    manifest: project.graph.lockfile,
    ...(path && { path }),
    scope: project.scopes.get(locked.id) ?? 'runtime',
  };
}
