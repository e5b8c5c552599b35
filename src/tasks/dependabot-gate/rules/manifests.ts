import { satisfiesCargo } from '../../../dependencies/cargo/requirement.ts';
import { satisfiesNpm } from '../../../dependencies/npm/requirement.ts';
import type { AnnouncedUpdate } from '../announced.ts';
import type { RequirementChange } from '../delta/manifest-delta.ts';
import { isForeignRequirement } from '../delta/manifest-delta.ts';
import type { Evidence } from '../evidence.ts';
import { block, type Reason, type Rule, review } from '../reason.ts';

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
  if (shape(before) !== shape(after)) {
    return [review('unexpected-change', `${change}: it is of another kind.`)];
  }
  const satisfies = ecosystem === 'cargo' ? satisfiesCargo : satisfiesNpm;
  if (of.some(({ to }) => to !== null && satisfies(to, after))) return [];
  return [review('unexpected-change', `${change}, which is not what was announced.`)];
}

/** A requirement without its versions: `^` of `^1.2.3`. */
function shape(requirement: string): string {
  return requirement
    .replace(/\d[\w.+-]*/g, 'V')
    .replace(/\s+/g, ' ')
    .trim();
}
