import type { Run } from '../../../core/run.ts';
import type { Applied } from '../../../core/step.ts';
import type { Examined } from '../examined.ts';
import { whatMoved } from '../gather/examine.ts';
import type { GateTarget } from '../target.ts';
import { approve, withdrawApproval } from './approval.ts';
import { disableAutoMerge, enableAutoMerge } from './auto-merge.ts';
import { keepComment } from './comment.ts';
import { commentBody } from './comment-body.ts';
import type { GateStep } from './gate-step.ts';
import { notPermitted } from './permission.ts';

/**
 * Carries out a step, if the pull request is still the one that was looked at. What only
 * takes something back is done in any case.
 */
export async function applyStep(
  step: GateStep,
  target: GateTarget,
  run: Run,
): Promise<Applied> {
  const { examined } = target;
  if (!examined) throw new Error('nothing was decided');
  run.signal.throwIfAborted();
  try {
    if (!isRetreat(step)) {
      const [moved] = whatMoved(examined.pullRequest, await target.reader.pullRequest());
      if (moved) return { status: 'skipped', error: `${moved} It was left alone.` };
    }
    return await carryOut(step, target, examined);
  } catch (error) {
    const finding = notPermitted(error, step, target.name);
    if (!finding) throw error;
    return { status: 'skipped', error: finding.message, findings: [finding] };
  }
}

function isRetreat({ id }: GateStep): boolean {
  return id === 'disable-auto-merge' || id === 'withdraw-approval';
}

async function carryOut(
  { id }: GateStep,
  target: GateTarget,
  examined: Examined,
): Promise<Applied> {
  const { pullRequest, decision } = examined;
  if (id === 'comment') await keepComment(target, commentBody(examined));
  else if (id === 'disable-auto-merge') {
    const isDone = await disableAutoMerge(target, pullRequest);
    const error = `${pullRequest.autoMergedBy} has turned it on, and may turn it off.`;
    if (!isDone) return { status: 'skipped', error };
  } else if (id === 'withdraw-approval') {
    const withdrawn = await withdrawApproval(target);
    if (withdrawn === 0) return { status: 'skipped', error: 'There is none.' };
  } else if (decision === 'merge') {
    await (id === 'approve' ? approve : enableAutoMerge)(target, pullRequest);
  }
  return { status: 'done' };
}
