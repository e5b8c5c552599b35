import type { Evidence, LockfileChange } from '../evidence.ts';
import { memberOf } from '../members.ts';
import { block, type Reason, type Rule, review } from '../reason.ts';
import { judgeRequirement } from './manifests.ts';

type Facts = Pick<Evidence, 'lockfiles' | 'incoming' | 'announced'>;

/** A lockfile changes by the announced updates and what these need, and by nothing else. */
export const lockfiles: Rule<Facts> = {
  name: 'lockfiles',
  holds: 'lockfiles change by the announced updates and what these need',
  judge(facts) {
    return [
      ...facts.incoming
        .filter(({ kind }) => kind === 'unexplained')
        .map((one) =>
          review(
            'unexpected-change',
            `${one.name} ${one.version} comes, and no announced update needs it.`,
            { member: memberOf(one) },
          ),
        ),
      ...facts.lockfiles.flatMap((change) => judgeLockfile(change, facts)),
    ];
  },
};

function judgeLockfile(change: LockfileChange, { announced }: Facts): Reason[] {
  const { path, ecosystem, delta, text, unfitting, unexplained, olderView } = change;
  const say = (message: string) => review('unexpected-change', `${path}: ${message}`);
  return [
    ...text.others.map((at) => say(`${at} changes, which no update does.`)),
    ...text.requirements.flatMap((one) =>
      judgeRequirement(one, path, ecosystem, announced.updates),
    ),
    ...unexplained.map(({ name, version }) =>
      say(`${name} ${version} goes, which no announced update accounts for.`),
    ),
    ...delta.lowered.map(({ by, before, after }) =>
      say(
        `${by.name} is given ${after.name} ${after.version}, and had ${before.version}.`,
      ),
    ),
    ...unfitting.map(([by, given]) =>
      say(`${by.name} is given ${given.name} ${given.version}, which it does not take.`),
    ),
    ...delta.direct.map((what) => say(`the project ${what}.`)),
    ...delta.ownPackages.map((id) =>
      block(
        'new-source',
        `${path}: ${id} comes from a folder that was not there before.`,
      ),
    ),
    ...(olderView === 'differs'
      ? [say('what npm 6 reads in it is not what later versions read.')]
      : []),
  ];
}
