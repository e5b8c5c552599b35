import type { LockedPackage, PublishedPackage } from '../../../dependencies/model.ts';
import { dependentsOf } from '../fix/dependents.ts';
import type { Project } from '../projects/project.ts';
import { type NewerVersions, newerVersions } from './newer-versions.ts';
import { runsOn } from './runs-on.ts';

/** What is published, and from when on it counts. */
export interface Published {
  readonly published: ReadonlyMap<string, PublishedPackage>;
  readonly now: Date;
  isCool(publishedAt: string | null): boolean;
  /** The day before which a version has cooled down: `2026-11-17`. */
  readonly cooledBefore: string;
}

/** Tells what is newer than a locked package; null where the registry does not. */
export function newerIn(
  project: Project,
  { published, isCool }: Published,
): (locked: LockedPackage) => NewerVersions | null {
  const dependents = dependentsOf(project.graph);
  return (locked) => {
    const known = published.get(locked.name);
    if (!known || locked.origin.kind !== 'registry') return null;
    const admits = (version: string) =>
      (dependents.get(locked.id) ?? []).every(
        ({ requirement }) => requirement !== null && project.admits(requirement, version),
      );
    return newerVersions({
      locked: locked.version,
      published: known,
      admits,
      runsOn: (needs) => runsOn(project, needs),
      isCool,
    });
  };
}
