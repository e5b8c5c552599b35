import type { AdvisorySource } from '../../../advisories/advisory.ts';
import type { DependencyFinding } from '../../../core/finding.ts';
import type { Run } from '../../../core/run.ts';
import type { FailedSources } from '../failed-sources.ts';
import { fixOf } from '../fix/fix-of.ts';
import { type Project, pathsIn } from '../projects/project.ts';
import type { Registries } from '../projects/read-projects.ts';
import type { AuditTarget } from '../target.ts';
import { advisoryFindings } from './advisory-findings.ts';
import { findHits } from './hits.ts';

export interface Surroundings {
  readonly target: AuditTarget;
  readonly advisories: AdvisorySource;
  readonly registries: Registries;
  readonly failed: FailedSources;
  readonly run: Run;
}

/** Finds what the advisories say of the locked packages, and how to be rid of each. */
export async function auditAdvisories(
  projects: readonly Project[],
  { target, advisories, registries, failed, run }: Surroundings,
): Promise<DependencyFinding[]> {
  const advised = await findHits(projects, advisories, failed, run.signal);
  const isCool = cooledDown(target, run);
  const cooledBefore = cooledDay(target, run);
  const findings: DependencyFinding[] = [];
  for (const hit of advised.hits) {
    const registry = registries[hit.project.ecosystem];
    const planned = await fixOf(hit, { advised, registry, isCool, cooledBefore });
    findings.push(...advisoryFindings(hit, planned, pathsIn(hit.project)));
  }
  return findings;
}

/** Whether a version is old enough to be proposed; silence is taken for yes. */
export function cooledDown({ inputs }: AuditTarget, { startedAt }: Run) {
  return (publishedAt: string | null): boolean =>
    publishedAt === null ||
    startedAt.getTime() - Date.parse(publishedAt) >= inputs.cooldown;
}

/** The day before which a version has cooled down: `2026-11-17`. */
export function cooledDay({ inputs }: AuditTarget, { startedAt }: Run): string {
  return new Date(startedAt.getTime() - inputs.cooldown).toISOString().slice(0, 10);
}
