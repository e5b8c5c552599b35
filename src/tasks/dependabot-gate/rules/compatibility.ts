import { compareVersions, isCompatibleUpdate } from '../../../dependencies/version.ts';
import type { RequirementChange } from '../delta/manifest-delta.ts';
import type { Evidence, Incoming } from '../evidence.ts';
import { memberOf } from '../members.ts';
import { type Reason, type Rule, review } from '../reason.ts';
import { changedNumbers, lowestOf } from '../requirement.ts';

type Facts = Pick<Evidence, 'incoming' | 'announced' | 'manifests'>;

/**
 * Announced updates stay within the caret range of what they replace, by the rule of cargo
 * and npm: in 0.x a new minor leaves it, whatever Dependabot calls it. Nothing goes back.
 */
export const compatibility: Rule<Facts> = {
  name: 'compatibility',
  holds: 'announced updates stay within the caret range',
  judge(facts) {
    const reasons = facts.incoming.flatMap((one) => [
      ...judgeWayBack(one, facts),
      ...judgeRange(one, facts),
    ]);
    const said = new Set(reasons.map(({ member }) => member?.name));
    const others = facts.manifests.flatMap(({ path, requirements }) =>
      requirements
        .filter((one) => !said.has(one.package))
        .flatMap((one) => judgeRequirement(one, path)),
    );
    return [...reasons, ...others];
  },
};

/** What goes may be higher only where something as high comes in its place. */
function judgeWayBack(incoming: Incoming, { incoming: all }: Facts): Reason[] {
  const { lockfile, name, version, former } = incoming;
  const inPlace = all.filter((one) => one.lockfile === lockfile && one.name === name);
  const higher = former.find(
    (old) => !inPlace.some((one) => compareVersions(one.version, old.version) >= 0),
  );
  if (!higher) return [];
  const message = `${name} goes back from ${higher.version} to ${version}.`;
  return [review('incompatible-update', message, { member: memberOf(incoming) })];
}

function judgeRange(incoming: Incoming, { announced }: Facts): Reason[] {
  const { name, version, former, kind } = incoming;
  if (kind !== 'announced') return [];
  const olds = new Set(former.map((old) => old.version));
  const said = announced.updates
    .filter((one) => one.name === name && one.to?.split('+')[0] === version.split('+')[0])
    .flatMap(({ from }) => (from !== null && olds.has(from) ? [from] : []));
  // A copy that others use may be nearer than the one that was announced. Where nobody says
  // which one that is, it may be any.
  const from = (said.length > 0 ? said : [...olds]).find(
    (old) => isCompatibleUpdate(old, version) !== true,
  );
  if (from === undefined) return [];
  const message = `${name} ${from} → ${version} leaves the caret range.`;
  return [review('incompatible-update', message, { member: memberOf(incoming) })];
}

function judgeRequirement(
  { package: name, before, after }: RequirementChange,
  path: string,
): Reason[] {
  const leaves = (changedNumbers(before, after) ?? []).some(
    ([was, is]) => isCompatibleUpdate(lowestOf(was), lowestOf(is)) !== true,
  );
  const message = `${path} asks for ${name} ${after} instead of ${before}, which leaves the caret range.`;
  return leaves ? [review('incompatible-update', message)] : [];
}
