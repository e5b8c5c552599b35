import type { Examined } from '../examined.ts';
import { acts, type GateInputs } from '../inputs.ts';
import { dependabot } from '../rules/author.ts';
import { type GateStep, gateSteps } from './gate-step.ts';

/**
 * Plans what is to be done. A pull request that is not by Dependabot is left alone. What an
 * earlier run has allowed is taken back first, should it no longer hold, or should nobody
 * know whether it does.
 */
export function planSteps(
  { decision, evidence, pullRequest }: Examined,
  { act, 'merge-method': method }: Pick<GateInputs, 'act' | 'merge-method'>,
): GateStep[] {
  const isAsked = (wanted: GateInputs['act']) =>
    acts.indexOf(act) >= acts.indexOf(wanted);
  if (!pullRequest.isOpen || pullRequest.author?.login !== dependabot) return [];
  const isMerge = decision === 'merge';
  const planned: Record<GateStep['id'], boolean> = {
    'disable-auto-merge':
      isAsked('auto-merge') && !isMerge && pullRequest.autoMergedBy !== null,
    'withdraw-approval': isAsked('approve') && !isMerge,
    comment: isAsked('comment') && evidence !== null,
    approve: isAsked('approve') && isMerge,
    'auto-merge': isAsked('auto-merge') && isMerge,
  };
  const at = `#${pullRequest.number} at ${pullRequest.headSha.slice(0, 7)}`;
  const commands: Record<GateStep['id'], string> = {
    'disable-auto-merge': `disable auto-merge of ${at}`,
    'withdraw-approval': `dismiss the approval of ${at} by an earlier run`,
    comment: `comment on ${at}`,
    approve: `approve ${at}`,
    'auto-merge': `enable auto-merge (${method}) of ${at}`,
  };
  return gateSteps
    .filter((id) => planned[id])
    .map((id) => ({
      ...{ id, command: commands[id], why: `the decision is ${decision}` },
      ...{ workBytes: 0, locks: ['pull request'] },
    }));
}
