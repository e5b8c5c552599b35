import type { Run } from '../../../core/run.ts';
import { UnreadableFile } from '../../../dependencies/model.ts';
import { crateVersions } from '../../../registries/crates-index.ts';
import { npmVersions } from '../../../registries/npm-registry.ts';
import type { FailedSources } from '../failed-sources.ts';
import type { AuditTarget } from '../target.ts';
import { cargoProject } from './cargo-project.ts';
import { npmProject } from './npm-project.ts';
import type { Project } from './project.ts';
import { PublishedPackages } from './published-packages.ts';

/** The registries of packages, by ecosystem. */
export type Registries = Readonly<Record<Project['ecosystem'], PublishedPackages>>;

/** Opens the registries; offline they know nothing. */
export function openRegistries(
  { inputs, http, endpoints }: AuditTarget,
  failed: FailedSources,
  run: Run,
): Registries {
  const { signal, startedAt } = run;
  if (inputs.offline) {
    const nobody = new PublishedPackages(null, failed);
    return { cargo: nobody, npm: nobody };
  }
  const matureBefore = new Date(startedAt.getTime() - inputs.cooldown);
  const npm = { needsTimes: inputs.cooldown > 0, matureBefore };
  return {
    cargo: new PublishedPackages(
      (name) => crateVersions(name, http, endpoints, signal),
      failed,
    ),
    npm: new PublishedPackages(
      (name) => npmVersions(name, http, endpoints, signal, npm),
      failed,
    ),
  };
}

/** Reads every lockfile of the repository. One that cannot be read is grave. */
export async function readProjects(
  { files, unreadable, policy, endpoints }: AuditTarget,
  registries: Registries,
  failed: FailedSources,
): Promise<Project[]> {
  const projects: Project[] = [];
  for (const { path, message } of unreadable) {
    if (isLockfile(path)) failed.add(path, lockfileHolds, message, 'high');
  }
  for (const path of files.keys()) {
    try {
      if (cargoLockfile.test(path)) {
        projects.push(await cargoProject(path, files, registries.cargo, failed));
      } else if (npmLockfile.test(path)) {
        projects.push(npmProject(path, files, policy, endpoints.npm));
      }
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      failed.add(path, lockfileHolds, error.message, 'high');
    }
  }
  return projects;
}

const cargoLockfile = /(^|\/)Cargo\.lock$/;
const npmLockfile = /(^|\/)(package-lock|npm-shrinkwrap)\.json$/;
const lockfileHolds = 'what the lockfile holds';

/** Whether a path is that of a file without which it is not known what is used. */
export function isLockfile(path: string): boolean {
  return cargoLockfile.test(path) || npmLockfile.test(path);
}
