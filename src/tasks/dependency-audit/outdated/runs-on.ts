import semver from 'semver';
import { nodeSupport } from '../../../dependencies/npm/node-support.ts';
import type { Project } from '../projects/project.ts';

/**
 * Whether what a project says that it runs on is enough for a version: its Rust is as new,
 * or its Node.js is one of those asked for. Silence is taken for yes.
 */
export function runsOn({ ecosystem, runsOn: promised }: Project, needs: string): boolean {
  if (promised === null) return true;
  if (ecosystem === 'npm') return nodeSupport(promised)?.(needs) ?? true;
  const [has, asks] = [semver.coerce(promised), semver.coerce(needs)];
  return !has || !asks || semver.gte(has, asks);
}
