import type { Run } from '../../core/run.ts';
import type { Plan } from '../../core/task.ts';
import { applyStep } from './act/apply-step.ts';
import type { GateStep } from './act/gate-step.ts';
import { planSteps } from './act/plan-steps.ts';
import { findingsOf } from './findings.ts';
import { examine } from './gather/examine.ts';
import { unreadable } from './gather/unreadable.ts';
import { type GateTarget, openTarget } from './target.ts';

/** Looks at the pull request, decides, and plans what is to be done about it. */
async function plan(target: GateTarget, run: Run): Promise<Plan<GateStep>> {
  try {
    target.examined = await examine(target, run.startedAt, run.signal);
  } catch (error) {
    run.signal.throwIfAborted();
    throw unreadable(error, target.pullRequest);
  }
  const findings = findingsOf(target.examined.reasons, target.name);
  const steps = planSteps(target.examined, target.inputs);
  return { steps, findings, metrics: {}, jobs: 1 };
}

export const work = { connect: openTarget, plan, apply: applyStep };
