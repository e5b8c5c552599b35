import { compareVersions, isCompatibleUpdate } from '../../../dependencies/version.ts';
import type { Evidence, Incoming } from '../evidence.ts';
import { memberOf } from '../members.ts';
import { type Reason, type Rule, review } from '../reason.ts';

/**
 * Announced updates stay within the caret range of what they replace, by the rule of cargo
 * and npm: in 0.x a new minor leaves it, whatever Dependabot calls it. Nothing goes back.
 */
export const compatibility: Rule<Pick<Evidence, 'incoming'>> = {
  name: 'compatibility',
  holds: 'announced updates stay within the caret range',
  judge: ({ incoming }) => incoming.flatMap(judgeUpdate),
};

function judgeUpdate(incoming: Incoming): Reason[] {
  const { name, version, former, kind } = incoming;
  const about = { member: memberOf(incoming) };
  const olds = [...new Set(former.map((old) => old.version))].sort(compareVersions);
  const [lowest] = olds;
  if (lowest === undefined) return [];
  if (compareVersions(version, lowest) < 0) {
    const message = `${name} goes back from ${lowest} to ${version}.`;
    return [review('incompatible-update', message, about)];
  }
  if (kind !== 'announced') return [];
  // Of several that go, the one that it follows from must fit.
  if (olds.some((old) => isCompatibleUpdate(old, version) === true)) return [];
  const message = `${name} ${lowest} → ${version} leaves the caret range.`;
  return [review('incompatible-update', message, about)];
}
