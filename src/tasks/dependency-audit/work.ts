import type { Finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import type { Step } from '../../core/step.ts';
import type { Plan } from '../../core/task.ts';
import { deltaAudit } from './delta/delta-audit.ts';
import { FailedSources } from './failed-sources.ts';
import { fullAudit } from './full-audit.ts';
import { type AuditTarget, openTarget } from './target.ts';
import { untilDeadline } from './until-deadline.ts';

/** Looks at everything; there is nothing to carry out. */
async function plan(target: AuditTarget, run: Run): Promise<Plan<Step>> {
  const audit = target.inputs.mode === 'delta' ? deltaAudit : fullAudit;
  const failed = new FailedSources(run.signal);
  const findings = await audit(target, { ...run, signal: untilDeadline(run) }, failed);
  return { steps: [], findings, metrics: {}, jobs: 1 };
}

/** An audit that could not look at what it must is no audit: it fails, with what it saw. */
async function verify({ evidence }: AuditTarget): Promise<Finding[]> {
  if (evidence.unproven === undefined) return [];
  const why = evidence.unproven.replace(/\.?$/, '.');
  throw new Error(`Not everything could be looked at: ${why}`);
}

export const work = { connect: openTarget, plan, verify };
