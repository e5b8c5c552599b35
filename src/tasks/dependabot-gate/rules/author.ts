import type { PullRequest } from '../evidence.ts';
import { type Rule, review } from '../reason.ts';

/** The account by which GitHub shows Dependabot; no person can have that name. */
export const dependabot = 'dependabot[bot]';

/**
 * Who opened the pull request, by what GitHub says of it: `github.actor` is whoever pushed or
 * commented last.
 */
export const author: Rule<{ readonly pullRequest: PullRequest }> = {
  name: 'author',
  holds: 'Dependabot opened it, on a branch of this repository',
  judge({ pullRequest }) {
    const { author: by, headRepository, baseRepository, headBranch } = pullRequest;
    if (by?.login !== dependabot || by.type !== 'Bot') {
      const who = by?.login ?? 'an account that is gone';
      return [review('untrusted-author', `The pull request is by ${who}.`)];
    }
    if (headRepository?.toLowerCase() !== baseRepository.toLowerCase()) {
      const where = headRepository ?? 'a repository that is gone';
      return [review('untrusted-author', `Its branch lies in ${where}.`)];
    }
    if (headBranch.startsWith('dependabot/')) return [];
    return [
      review('untrusted-author', `Its branch ${headBranch} is none of Dependabot's.`),
    ];
  },
};
