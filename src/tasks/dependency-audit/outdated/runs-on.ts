import semver from 'semver';
import type { Project } from '../projects/project.ts';

/**
 * Whether what a project says that it runs on is enough for a version: its Rust is as new,
 * or each Node.js of its range is within the range asked for. Silence is taken for yes.
 */
export function runsOn({ ecosystem, runsOn: promised }: Project, needs: string): boolean {
  if (promised === null) return true;
  if (ecosystem === 'cargo') {
    const [has, asks] = [semver.coerce(promised), semver.coerce(needs)];
    return !has || !asks || semver.gte(has, asks);
  }
  const [range, asked] = [semver.validRange(promised), semver.validRange(needs)];
  return range === null || asked === null || semver.subset(range, asked);
}
