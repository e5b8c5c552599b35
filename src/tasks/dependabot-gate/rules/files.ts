import type { Evidence, FileChange } from '../evidence.ts';
import { ecosystemOfBranch, fileKind, isOfUnreadEcosystem } from '../files.ts';
import { type Reason, type Rule, review } from '../reason.ts';

const modes = new Map([
  ['120000', 'a symbolic link'],
  ['160000', 'a submodule'],
  ['040000', 'a folder'],
]);

/** Which files change, and how, by the trees themselves. */
export const files: Rule<Pick<Evidence, 'files' | 'pullRequest' | 'unseen'>> = {
  name: 'files',
  holds: 'only manifests and lockfiles of the ecosystem change',
  judge({ files: changed, pullRequest, unseen }) {
    const ecosystem = ecosystemOfBranch(pullRequest.headBranch);
    const reasons = unseen.map((message) => review('needs-review', message));
    if (changed.length === 0)
      reasons.push(review('unexpected-change', 'It changes nothing.'));
    return [...reasons, ...changed.flatMap((file) => judgeFile(file, ecosystem))];
  },
};

function judgeFile(file: FileChange, ecosystem: string | null): Reason[] {
  const { path, before, after } = file;
  if (isOfUnreadEcosystem(path)) {
    return [review('needs-review', `${path} is of an ecosystem that is not read here.`)];
  }
  const kind = fileKind(path);
  if (kind === null || kind.ecosystem !== ecosystem) {
    const what = ecosystem ?? 'what its branch names';
    return [
      review('unexpected-file', `${path} is no file that an update of ${what} needs.`),
    ];
  }
  if (!before) return [review('unexpected-file', `${path} is new.`)];
  if (!after) return [review('unexpected-file', `${path} is deleted or renamed.`)];
  const special = modes.get(after.mode) ?? modes.get(before.mode);
  if (special) return [review('unexpected-file', `${path} is ${special}.`)];
  if (before.mode === after.mode) return [];
  const message = `${path} changes its mode from ${before.mode} to ${after.mode}.`;
  return [review('unexpected-file', message)];
}
