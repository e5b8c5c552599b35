import type { Evidence } from '../evidence.ts';
import { ecosystemOfBranch, fileKind } from '../files.ts';
import { type Rule, review } from '../reason.ts';

type Facts = Pick<Evidence, 'files' | 'pullRequest' | 'policy' | 'lockfiles'>;

/** What is never merged unseen, whatever it holds. */
export const ecosystem: Rule<Facts> = {
  name: 'ecosystem',
  holds: 'updates of its kind may be merged',
  judge({ files, pullRequest, policy, lockfiles }) {
    const named = ecosystemOfBranch(pullRequest.headBranch);
    if (named === null) {
      const [, name = ''] = pullRequest.headBranch.split('/');
      return [
        review('needs-review', `Updates of ${name || 'this kind'} are not read here.`),
      ];
    }
    // What lies below .github are actions of the repository, with what they need.
    const isOfWorkflows =
      touches(files, 'github-actions') ||
      files.some(({ path }) => /^\.github\//i.test(path) && fileKind(path) !== null);
    if (named === 'github-actions' || isOfWorkflows) {
      const message = 'It changes what workflows run, with their secrets.';
      return [review('needs-review', message)];
    }
    if (named === 'docker' || touches(files, 'docker')) {
      if (policy.allow.includes('docker')) return [];
      const message =
        'It changes images, which the policy does not allow (`allow: [docker]`).';
      return [review('needs-review', message)];
    }
    if (lockfiles.length > 0) return [];
    return [review('needs-review', 'No lockfile says what comes with it.')];
  },
};

function touches(files: Facts['files'], kind: string): boolean {
  return files.some(({ path }) => fileKind(path)?.ecosystem === kind);
}
