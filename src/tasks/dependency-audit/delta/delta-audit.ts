import type { OsvEcosystem } from '../../../advisories/advisory.ts';
import { openAdvisories } from '../../../advisories/open-advisories.ts';
import type { DependencyFinding, Finding } from '../../../core/finding.ts';
import type { Run } from '../../../core/run.ts';
import { auditActions } from '../actions/audit-actions.ts';
import { auditAdvisories } from '../advisories/audit-advisories.ts';
import { findHits } from '../advisories/hits.ts';
import type { FailedSources } from '../failed-sources.ts';
import { PublishedPackages } from '../projects/published-packages.ts';
import { openRegistries, readProjects } from '../projects/read-projects.ts';
import { findReferences } from '../references.ts';
import { settle } from '../settle.ts';
import type { AuditTarget } from '../target.ts';
import { changedAdvisories, sourceOf } from './changed-advisories.ts';
import { deltaToKeep, recallDelta } from './delta-state.ts';

/**
 * Looks only at the advisories that changed since the look before, and at those that it has
 * reported and that are still open. Where none concerns what is locked, nothing else is
 * asked: a few kilobytes.
 */
export async function deltaAudit(
  target: AuditTarget,
  run: Run,
  failed: FailedSources,
): Promise<Finding[]> {
  const { http, endpoints, files, evidence } = target;
  const { signal, startedAt: now } = run;
  const nobody = new PublishedPackages(null, failed);
  const projects = await readProjects(target, { cargo: nobody, npm: nobody }, failed);
  const { actions } = await findReferences(files, failed);
  const ecosystems: OsvEcosystem[] = projects.map(({ osvEcosystem }) => osvEcosystem);
  if (actions.length > 0) ecosystems.push('GitHub Actions');
  const before = recallDelta(run.history);
  const { ids, feed, changed, since } = await changedAdvisories({
    ecosystems: [...new Set(ecosystems)],
    before,
    ...{ http, endpoints, failed, now, signal },
  });
  const whole = openAdvisories('osv', http, endpoints);
  const advisories = sourceOf(ids, whole, http, endpoints);
  const { hits } = await findHits(projects, advisories, failed, signal);
  const ofPackages: DependencyFinding[] = [];
  if (hits.length > 0) {
    // Only now it is worth asking what is compiled, and which versions there are.
    const registries = openRegistries(target, failed, run);
    const known = await readProjects(target, registries, failed);
    ofPackages.push(
      ...(await auditAdvisories(known, { target, advisories, registries, failed, run })),
    );
  }
  const token = target.inputs['github-token'];
  const ofActions =
    (ids.get('GitHub Actions') ?? []).length > 0
      ? await auditActions(actions, {
          ...{ http, endpoints, advisories, token, failed, signal },
        })
      : [];
  const found = [...ofPackages, ...ofActions].filter(isDanger);
  evidence.advisories = advisories.records;
  evidence.delta = { changed, since };
  // What could not be looked at now is looked at next time.
  const state = failed.isGrave ? before : { feed, open: new Map() };
  return settle(found, { target, failed, run, keep: (all) => deltaToKeep(state, all) });
}

/** The rest can wait for the next full audit. */
function isDanger({ code }: DependencyFinding): boolean {
  return code === 'malicious' || code === 'vulnerable' || code === 'unsound';
}
