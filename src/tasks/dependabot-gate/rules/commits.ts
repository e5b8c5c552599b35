import type { Commit, Evidence, Push } from '../evidence.ts';
import { type Reason, type Rule, review } from '../reason.ts';
import { dependabot } from './author.ts';

/** Who signs what is committed through GitHub itself. */
const signer = 'web-flow';

/** Those who had a hand in a commit, beside its author. */
const trailer = /^[ \t]*(?:co-authored-by|signed-off-by):(.*)$/gim;
const ownTrailer =
  /^dependabot(?:-preview)?\[bot\] <(?:support@(?:github|dependabot)\.com|(?:\d+\+)?dependabot\[bot\]@users\.noreply\.github\.com)>$/;

/** With these a branch has nothing of what it held before. */
const anew = new Set(['branch_creation', 'force_push']);

type Facts = Pick<Evidence, 'commits' | 'pushes' | 'pullRequest' | 'mergeBase'>;

/** Every commit, not the first alone: anybody who may write can push another on top. */
export const commits: Rule<Facts> = {
  name: 'commits',
  holds: 'every commit is by Dependabot, and verified',
  judge({ commits: all, pushes, pullRequest, mergeBase }) {
    if (all.length === 0 || all.length !== pullRequest.commitCount) {
      const { commitCount } = pullRequest;
      const message = `${all.length} of its ${commitCount} commits could be looked at.`;
      return [review('unverified-commit', message)];
    }
    const { headSha } = pullRequest;
    return [
      ...all.flatMap(judgeCommit),
      ...chain(all, mergeBase, headSha),
      ...judgePushes(pushes ?? [], headSha),
    ];
  },
};

function judgeCommit(commit: Commit): Reason[] {
  const { sha, author, committer, isVerified, message } = commit;
  const short = sha.slice(0, 7);
  if (author !== dependabot) {
    const who = author ?? 'an unknown author';
    return [review('untrusted-author', `Commit ${short} is by ${who}.`)];
  }
  if (committer !== dependabot && committer !== signer) {
    const who = committer ?? 'an unknown account';
    return [review('untrusted-author', `Commit ${short} was committed by ${who}.`)];
  }
  const hands = [...message.matchAll(trailer)].map(([, who = '']) => who.trim());
  const other = hands.find((who) => !ownTrailer.test(who));
  if (other !== undefined) {
    const who = other.slice(0, 100);
    return [review('untrusted-author', `${who} had a hand in commit ${short}.`)];
  }
  if (isVerified) return [];
  return [review('unverified-commit', `Commit ${short} has no verified signature.`)];
}

/**
 * A commit that GitHub makes of somebody else's, when that is squashed into the branch, has
 * Dependabot's name and GitHub's signature; who put it there is not Dependabot. Where nobody
 * tells who did, the commits alone must do.
 */
function judgePushes(pushes: readonly Push[], headSha: string): Reason[] {
  const [last] = pushes;
  if (!last) return [];
  const start = pushes.findIndex(({ kind }) => anew.has(kind));
  const since = start < 0 ? pushes : pushes.slice(0, start + 1);
  const other = since.find(({ by }) => by !== dependabot);
  if (other) {
    const who = other.by ?? 'An unknown account';
    return [review('untrusted-author', `${who} has pushed to its branch.`)];
  }
  if (start >= 0 && last.after === headSha) return [];
  const message = `GitHub does not say who pushed ${headSha.slice(0, 7)}.`;
  return [review('unverified-commit', message)];
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
