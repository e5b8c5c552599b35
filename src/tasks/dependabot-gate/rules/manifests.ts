import { satisfiesCargo } from '../../../dependencies/cargo/requirement.ts';
import { satisfiesNpm } from '../../../dependencies/npm/requirement.ts';
import type { AnnouncedUpdate } from '../announced.ts';
import type { RequirementChange } from '../delta/manifest-delta.ts';
import { isForeignRequirement } from '../delta/manifest-delta.ts';
import type { Evidence } from '../evidence.ts';
import { block, type Reason, type Rule, review } from '../reason.ts';
import { atPrecision, changedNumbers } from '../requirement.ts';

/** Of a manifest, only what is asked for of announced packages may change. */
export const manifests: Rule<Pick<Evidence, 'manifests' | 'announced'>> = {
  name: 'manifests',
  holds: 'only the requirements of announced packages change',
  judge({ manifests: changed, announced }) {
    return changed.flatMap(({ path, ecosystem, requirements, sources, others }) => [
      ...sources.map((at) => block('new-source', `${path} names a source at ${at}.`)),
      ...others.map((at) => review('unexpected-change', `${path} changes ${at}.`)),
      ...requirements.flatMap((one) =>
        judgeRequirement(one, path, ecosystem, announced.updates),
      ),
    ]);
  },
};

/** What speaks against the change of a requirement, in a manifest or a lockfile's copy. */
export function judgeRequirement(
  { package: name, before, after }: RequirementChange,
  path: string,
  ecosystem: 'cargo' | 'npm',
  updates: readonly AnnouncedUpdate[],
): Reason[] {
  const of = updates.filter((update) => update.name === name);
  const change = `${path} asks for ${name} ${after} instead of ${before}`;
  if (ecosystem === 'npm' && isForeignRequirement(after)) {
    return [block('new-source', `${change}, which is a source of its own.`)];
  }
  if (of.length === 0) {
    return [review('unexpected-change', `${change}, and no update of it is announced.`)];
  }
  const numbers = changedNumbers(before, after);
  if (numbers === null) {
    return [review('unexpected-change', `${change}: it is of another kind.`)];
  }
  const satisfies = ecosystem === 'cargo' ? satisfiesCargo : satisfiesNpm;
  // An upper bound stays where it was, and nothing is asked for less exactly.
  const isAnnounced = ({ to }: AnnouncedUpdate) =>
    to !== null &&
    satisfies(to, after) &&
    numbers.every(([was, is]) => is === atPrecision(to, was));
  if (of.some(isAnnounced)) return [];
  return [review('unexpected-change', `${change}, which is not what was announced.`)];
}
