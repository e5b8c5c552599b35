import type { Commit, Evidence } from '../evidence.ts';
import { type Reason, type Rule, review } from '../reason.ts';
import { dependabot } from './author.ts';

/** Who signs what is committed through GitHub itself. */
const signer = 'web-flow';

/** Every commit, not the first alone: anybody who may write can push another on top. */
export const commits: Rule<Pick<Evidence, 'commits' | 'pullRequest' | 'mergeBase'>> = {
  name: 'commits',
  holds: 'every commit is by Dependabot, and verified',
  judge({ commits: all, pullRequest, mergeBase }) {
    if (all.length === 0 || all.length !== pullRequest.commitCount) {
      const { commitCount } = pullRequest;
      const message = `${all.length} of its ${commitCount} commits could be looked at.`;
      return [review('unverified-commit', message)];
    }
    return [...all.flatMap(judgeCommit), ...chain(all, mergeBase, pullRequest.headSha)];
  },
};

function judgeCommit({ sha, author, committer, isVerified }: Commit): Reason[] {
  const short = sha.slice(0, 7);
  if (author !== dependabot) {
    const who = author ?? 'an unknown author';
    return [review('untrusted-author', `Commit ${short} is by ${who}.`)];
  }
  if (committer !== dependabot && committer !== signer) {
    const who = committer ?? 'an unknown account';
    return [review('untrusted-author', `Commit ${short} was committed by ${who}.`)];
  }
  if (isVerified) return [];
  return [review('unverified-commit', `Commit ${short} has no verified signature.`)];
}

/** The commits that were looked at are all that lie between the two trees. */
function chain(all: readonly Commit[], mergeBase: string, headSha: string): Reason[] {
  const broken = all.findIndex(({ parents }, index) => {
    const expected = index === 0 ? mergeBase : all[index - 1]?.sha;
    return parents.length !== 1 || parents[0] !== expected;
  });
  if (broken < 0 && all.at(-1)?.sha === headSha) return [];
  const sha = (all[broken] ?? all.at(-1))?.sha.slice(0, 7);
  const message = `Commit ${sha} does not follow the one before: the branch was merged or changed.`;
  return [review('unverified-commit', message)];
}
