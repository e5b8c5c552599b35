import type { Run } from '../../core/run.ts';
import type { Plan } from '../../core/task.ts';
import { applyStep } from './act/apply-step.ts';
import type { GateStep } from './act/gate-step.ts';
import { planSteps } from './act/plan-steps.ts';
import type { Examined } from './examined.ts';
import { findingsOf } from './findings.ts';
import { examine } from './gather/examine.ts';
import { unreadable } from './gather/unreadable.ts';
import { type GateTarget, openTarget } from './target.ts';

/** Looks at the pull request, decides, and plans what is to be done about it. */
async function plan(target: GateTarget, run: Run): Promise<Plan<GateStep>> {
  const examined = await look(target, run);
  const { reasons, failure } = examined;
  const steps = planSteps(examined, target.inputs);
  if (failure && steps.length === 0) throw failure;
  target.examined = examined;
  const findings = findingsOf(reasons, target.name);
  const grave = findings.map((one) => ({ ...one, severity: 'high' as const }));
  return { steps, findings: failure ? grave : findings, metrics: {}, jobs: 1 };
}

async function look(target: GateTarget, run: Run): Promise<Examined> {
  try {
    return await examine(target, run.startedAt, run.signal);
  } catch (error) {
    run.signal.throwIfAborted();
    throw unreadable(error, target.pullRequest);
  }
}

export const work = { connect: openTarget, plan, apply: applyStep };
