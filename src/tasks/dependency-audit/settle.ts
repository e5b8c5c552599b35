import { bySeverity, type DependencyFinding, type Finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import { withClock } from './clock.ts';
import { excuse } from './excuse.ts';
import type { FailedSources } from './failed-sources.ts';
import { compare, recall, toKeep } from './memory.ts';
import type { AuditTarget } from './target.ts';

interface Settling {
  readonly target: AuditTarget;
  readonly failed: FailedSources;
  readonly run: Run;
  /** What is kept for the next run beside the findings. */
  keep?(findings: readonly DependencyFinding[]): object;
}

/**
 * Takes out what the policy excuses, dates what is left by the log, keeps it for the next
 * run, and leaves all of it in the evidence of the target.
 */
export function settle(
  found: readonly DependencyFinding[],
  { target, failed, run, keep = () => ({}) }: Settling,
): Finding[] {
  const { inputs, policy, evidence, http } = target;
  const { startedAt: now } = run;
  const judged = excuse(found, policy, { now, policyFile: inputs.policy });
  const sorted = judged.findings.toSorted(bySeverity);
  const today = now.toISOString().slice(0, 10);
  const grave = failed.all.find(({ severity }) => severity === 'high');
  const isWhole = failed.all.every(({ severity }) => severity === 'info');
  const compared = compare(sorted, recall(run.history), today, isWhole);
  const findings = compared.findings.map((one) => withClock(one, policy, now));
  run.keep({ ...toKeep(findings, compared.since.unseen), ...keep(findings) });
  evidence.findings = findings;
  evidence.since = compared.since;
  evidence.excused = judged.excused;
  // Where not all was looked at, an exception may only seem to be about nothing.
  const isAll = isWhole && inputs.mode === 'full' && inputs.ecosystems === null;
  evidence.unusedExceptions = isAll ? judged.unused : [];
  evidence.notMeasured = failed.all;
  evidence.requests = http.requests;
  if (grave) evidence.unproven = `${grave.what}: ${grave.why}`;
  return [...failed.findings(), ...findings];
}
