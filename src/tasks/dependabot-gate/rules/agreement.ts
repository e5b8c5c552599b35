import { posix } from 'node:path';
import { satisfiesCargo } from '../../../dependencies/cargo/requirement.ts';
import type { RequirementChange } from '../delta/manifest-delta.ts';
import type { Evidence, LockfileChange } from '../evidence.ts';
import { type Reason, type Rule, review } from '../reason.ts';

type Facts = Pick<Evidence, 'manifests' | 'lockfiles' | 'lockfileOf'>;

/** A manifest whose lockfile says something else is installed as nobody has looked at it. */
export const agreement: Rule<Facts> = {
  name: 'agreement',
  holds: 'each manifest and its lockfile say the same',
  judge: (facts) => [
    ...facts.manifests.flatMap((manifest) => judgeManifest(manifest, facts)),
    ...facts.lockfiles.flatMap((lockfile) => judgeCopy(lockfile, facts)),
  ],
};

function judgeManifest(
  { path, requirements }: Evidence['manifests'][number],
  { lockfiles, lockfileOf }: Facts,
): Reason[] {
  if (requirements.length === 0) return [];
  const place = lockfileOf.get(path) ?? null;
  if (place === null) {
    return [review('needs-review', `No lockfile says what ${path} brings.`)];
  }
  const lockfile = lockfiles.find((one) => one.path === place);
  if (!lockfile) {
    const message = `${path} changes, and nothing is known to change in ${place}.`;
    return [review('unexpected-change', message)];
  }
  return requirements
    .filter((one) => !isLocked(one, path, lockfile))
    .map(({ package: name, after }) =>
      review(
        'unexpected-change',
        `${path} asks for ${name} ${after}, and ${place} does not.`,
      ),
    );
}

/** Cargo.lock has no requirements, so one of its versions must fit. */
function isLocked(
  { package: name, after }: RequirementChange,
  manifest: string,
  { path, ecosystem, after: graph }: LockfileChange,
): boolean {
  if (ecosystem === 'cargo') {
    return [...graph.packages.values()].some(
      (one) => one.name === name && satisfiesCargo(one.version, after),
    );
  }
  const folder = posix.relative(posix.dirname(path), posix.dirname(manifest)) || '.';
  const own = graph.packages.get(folder);
  return (own?.edges ?? []).some(
    ({ to, requirement }) =>
      requirement === after && graph.packages.get(to)?.name === name,
  );
}

/** package-lock.json has a copy of what the manifests ask for. */
function judgeCopy(
  { path, text }: LockfileChange,
  { manifests, lockfileOf }: Facts,
): Reason[] {
  const asked = manifests
    .filter((one) => lockfileOf.get(one.path) === path)
    .flatMap(({ requirements }) => requirements);
  return text.requirements
    .filter(
      (copy) =>
        !asked.some((one) => one.package === copy.package && one.after === copy.after),
    )
    .map(({ package: name, after }) =>
      review(
        'unexpected-change',
        `${path} asks for ${name} ${after}, and no package.json does.`,
      ),
    );
}
