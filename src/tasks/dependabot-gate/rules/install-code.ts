import type { LockedPackage } from '../../../dependencies/model.ts';
import type { CrateContents } from '../../../registries/crate-contents.ts';
import type { Evidence, Incoming } from '../evidence.ts';
import { publishedVersion } from '../known.ts';
import { memberOf } from '../members.ts';
import { type Reason, type Rule, review } from '../reason.ts';

type Facts = Pick<Evidence, 'incoming' | 'knowledge'>;

/**
 * Nothing comes that runs code where it is installed or built, and did not before. What the
 * registry has is looked into: lockfiles and packuments may keep quiet about it.
 */
export const installCode: Rule<Facts> = {
  name: 'install-code',
  holds: 'nothing new runs where it is installed or built',
  judge: ({ incoming, knowledge }) =>
    incoming.flatMap((one) =>
      one.ecosystem === 'npm' ? judgeNpm(one, knowledge) : judgeCrate(one, knowledge),
    ),
};

/** The lockfile, the registry and the tarball itself: each may tell what the others do not. */
function judgeNpm(incoming: Incoming, knowledge: Facts['knowledge']): Reason[] {
  const { name, version, places, former } = incoming;
  const runs = (packages: readonly LockedPackage[]) =>
    packages.some((one) => {
      const { hasInstallScript } = one;
      const published = publishedVersion(
        { ...incoming, version: one.version },
        knowledge,
      );
      const contents = knowledge.modules.get(`${one.name} ${one.version}`);
      return (
        hasInstallScript || published?.hasInstallScript || contents?.hasInstallScript
      );
    });
  if (runs(places)) {
    return runs(former) ? [] : [says(incoming, 'runs a script when it is installed')];
  }
  if (knowledge.modules.get(`${name} ${version}`)) return [];
  const message = `Nobody could look into ${name} ${version} for an install script.`;
  return [review('source-failed', message, { member: memberOf(incoming) })];
}

function judgeCrate(incoming: Incoming, knowledge: Facts['knowledge']): Reason[] {
  const { name, version, former } = incoming;
  const contents = knowledge.crates.get(`${name} ${version}`);
  if (!contents) {
    const message = `Nobody could look into ${name} ${version} for a build script.`;
    return [review('source-failed', message, { member: memberOf(incoming) })];
  }
  const was = former.flatMap((old) => contentsOf(old, knowledge) ?? []);
  const reasons: Reason[] = [];
  if (contents.hasBuildScript && !was.some((old) => old.hasBuildScript)) {
    reasons.push(says(incoming, 'runs a script when it is built'));
  }
  if (contents.isProcMacro && !was.some((old) => old.isProcMacro)) {
    reasons.push(says(incoming, 'is a procedural macro, which runs in the compiler'));
  }
  return reasons;
}

function contentsOf(
  { name, version }: LockedPackage,
  { crates }: Facts['knowledge'],
): CrateContents | null | undefined {
  return crates.get(`${name} ${version}`);
}

function says(incoming: Incoming, what: string): Reason {
  const { name, version, former } = incoming;
  const before = former.length > 0 ? ', and the version before did not' : '';
  const message = `${name} ${version} ${what}${before}.`;
  return review('runs-on-install', message, { member: memberOf(incoming) });
}
