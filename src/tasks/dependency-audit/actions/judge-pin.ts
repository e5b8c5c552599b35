import { type DependencyFinding, dependencyFinding } from '../../../core/finding.ts';
import type { ActionUse } from '../../../dependencies/github-actions/action-use.ts';
import type { GitRefs } from '../../../registries/git-refs.ts';
import {
  commitOf,
  detailsOf,
  nameOf,
  pinnedLine,
  releaseInUse,
  tagInComment,
} from './action-facts.ts';
import { isExact, readReleaseTag, tagOfCommit } from './release-tag.ts';

/** Owners that GitHub itself answers for. */
const firstParty: ReadonlySet<string> = new Set(['actions', 'github']);

/** Judges what holds an action to one commit: nothing, a tag, a branch, a commit, and which. */
export function judgeActionPin(
  use: ActionUse,
  refs: GitRefs | null,
): DependencyFinding[] {
  if (use.pin === 'tag-or-branch') return [judgeRef(use, refs)];
  return refs === null ? [] : judgeCommit(use, refs);
}

function judgeRef(use: ActionUse, refs: GitRefs | null): DependencyFinding {
  const name = use.ref.replace(/^refs\/(?:tags|heads)\//, '');
  const isTag = refs?.tags.has(name) ?? false;
  const isBranch = refs?.branches.has(name) ?? false;
  const details = { ...detailsOf(use, refs), ...fixOf(use, refs) };
  const is = `${nameOf(use)}@${use.ref}`;
  if (refs !== null && !isTag && !isBranch) {
    const message = `${is} names no tag and no branch that its repository has: the workflow cannot run, or runs a copy that somebody kept.`;
    return dependencyFinding('frozen-tag', details, message);
  }
  if (isBranch && !isTag) {
    const message = `${is} is a branch: every push to it changes what the workflow runs.`;
    return dependencyFinding('floating-tag', details, message);
  }
  const severity = firstParty.has(use.owner.toLowerCase()) ? 'low' : 'medium';
  const also = isBranch ? ', and a branch has the same name' : '';
  const message = `${is} is pinned to no commit: who can move the tag can change what the workflow runs${also}.`;
  return dependencyFinding('unpinned', details, message, { severity });
}

/** The exact version that runs now, by its commit. */
function fixOf(use: ActionUse, refs: GitRefs | null): { fix?: string } {
  const commit = commitOf(use, refs);
  if (refs === null || commit === null) return {};
  const tag = tagOfCommit(commit, refs)?.name ?? use.ref;
  return { fix: `uses: ${nameOf(use)}@${commit} # ${tag}` };
}

function judgeCommit(use: ActionUse, refs: GitRefs): DependencyFinding[] {
  const commit = commitOf(use, refs) ?? use.ref;
  const isKnown = [...refs.tags.values(), ...refs.branches.values()].includes(commit);
  const lie = use.pin === 'sha' ? whatCommentHides(use, commit, isKnown, refs) : null;
  if (lie !== null) return [lie];
  if (isKnown) return [];
  const message = `${nameOf(use)} is pinned to ${commit}, which is the head of no tag and of no branch: a commit from between two releases, or one of a fork, which GitHub serves under the same name.`;
  // The list of refs has only their heads: most such commits are of the branch itself.
  return [
    dependencyFinding('impostor-commit', detailsOf(use, refs), message, {
      severity: 'medium',
    }),
  ];
}

/** The finding where the comment names a version that the commit is not. */
function whatCommentHides(
  use: ActionUse,
  commit: string,
  isKnown: boolean,
  refs: GitRefs,
): DependencyFinding | null {
  const named = tagInComment(use.comment);
  const claimed = named === null ? null : readReleaseTag(named);
  if (named === null || claimed === null) return null;
  const tag = [named, `v${named}`, named.replace(/^v/, '')].find((one) =>
    refs.tags.has(one),
  );
  const sha = tag === undefined ? undefined : refs.tags.get(tag);
  if (sha === commit) return null;
  const runs = releaseInUse(use, refs);
  // `# v4` stays true when the tag moves on to the next release of 4.
  if (!isExact(claimed)) {
    const isWithin = claimed.numbers.every((number, at) => runs?.numbers[at] === number);
    if (isWithin || runs === null) return null;
  }
  const is = runs?.name ?? (isKnown ? 'no version' : 'no tag and the head of no branch');
  const stands =
    tag === undefined ? 'which the repository does not have' : `which stands for ${sha}`;
  const message = `The comment behind ${nameOf(use)} says ${named}, ${stands}; pinned is ${commit}, which is ${is}.`;
  const line = tag === undefined ? null : pinnedLine(use, tag, refs);
  const fix = line === null ? {} : { fix: line };
  // A release that was taken back takes its tag along.
  const severity = tag === undefined ? 'medium' : 'high';
  const details = { ...detailsOf(use, refs), ...fix };
  return dependencyFinding('comment-lies', details, message, { severity });
}
