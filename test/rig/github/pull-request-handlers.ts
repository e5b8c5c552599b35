import { Refused } from './answer.ts';
import type { GitCommit } from './git.ts';
import type { ApiRequest, Handler } from './handler.ts';
import { pageOf } from './page.ts';
import type { PullRequestRecord, Review } from './pull-requests.ts';
import type { Repository } from './repository.ts';
import { shownAccount } from './shown.ts';

/** GitHub lists no more. */
const mostCommits = 250;
const largestContents = 1024 ** 2;

/** https://docs.github.com/en/rest/pulls, …/rest/commits/commits and …/rest/git */
export const pullRequestHandlers: Readonly<Record<string, Handler>> = {
  'pulls/get': {
    ...{ needs: 'read', of: 'pullRequests' },
    carryOut(request) {
      const body = shownPullRequest(pullOf(request), request.repository);
      return { status: 200, body };
    },
  },
  'pulls/list-commits': {
    ...{ needs: 'read', of: 'pullRequests' },
    carryOut(request) {
      const { repository, query, url } = request;
      const commits = commitsOf(pullOf(request), repository).slice(0, mostCommits);
      const { items, headers } = pageOf(commits, query, url);
      return { status: 200, body: items.map(shownCommit), headers };
    },
  },
  'pulls/list-reviews': {
    ...{ needs: 'read', of: 'pullRequests' },
    carryOut(request) {
      const { items, headers } = pageOf(
        pullOf(request).reviews,
        request.query,
        request.url,
      );
      return { status: 200, body: items.map(shownReview), headers };
    },
  },
  'pulls/create-review': {
    ...{ needs: 'write', of: 'pullRequests' },
    carryOut(request) {
      const { repository, body } = request;
      const pull = pullOf(request);
      if (!repository.settings.letsActionsApprove) {
        throw new Refused(
          422,
          'GitHub Actions is not permitted to approve pull requests.',
        );
      }
      const review = repository.addReview(pull.number, {
        author: repository.account,
        commit: String(body['commit_id'] ?? pull.headSha),
        body: String(body['body'] ?? ''),
      });
      return { status: 200, body: shownReview(review) };
    },
  },
  'pulls/dismiss-review': {
    ...{ needs: 'write', of: 'pullRequests' },
    carryOut(request) {
      const id = request.path['review_id'];
      const review = pullOf(request).reviews.find((one) => one.id === id);
      if (!review) throw new Refused(404, 'Not Found');
      review.state = 'DISMISSED';
      return { status: 200, body: shownReview(review) };
    },
  },
  'repos/compare-commits-with-basehead': {
    ...{ needs: 'read', of: 'contents' },
    carryOut({ repository: { git }, path }) {
      const [base = '', head = ''] = String(path['basehead']).split('...');
      const [from, to] = [git.find(base), git.find(head)];
      const common = from && to && git.mergeBase(from.sha, to.sha);
      if (!common) throw new Refused(404, 'Not Found');
      const body = {
        base_commit: shownCommit(from),
        merge_base_commit: shownCommit(common),
        commits: [],
      };
      return { status: 200, body };
    },
  },
  'repos/list-activities': {
    ...{ needs: 'read', of: 'contents' },
    carryOut({ repository, query }) {
      if (repository.settings.hidesActivity) throw new Refused(403, notAccessible);
      const pull = [...repository.pulls.values()].findLast(
        ({ headBranch }) => query['ref'] === `refs/heads/${headBranch}`,
      );
      return { status: 200, body: pull ? shownActivity(pull, repository) : [] };
    },
  },
  'repos/get-content': {
    ...{ needs: 'read', of: 'contents' },
    carryOut({ repository: { git }, path, query }) {
      const commit = git.find(String(query['ref']));
      const entry = commit?.tree.get(String(path['path']));
      const bytes = git.blobs.get(entry?.sha ?? '');
      if (!entry || !bytes) throw new Refused(404, 'Not Found');
      const isShort = bytes.length <= largestContents;
      const body = {
        ...{ type: 'file', encoding: isShort ? 'base64' : 'none', size: bytes.length },
        ...{ name: path['path'], path: path['path'], sha: entry.sha },
        content: isShort ? bytes.toString('base64') : '',
      };
      return { status: 200, body };
    },
  },
  'git/get-tree': {
    ...{ needs: 'read', of: 'contents' },
    carryOut({ repository: { git, isTreeCut }, path }) {
      const commit = git.find(String(path['tree_sha']));
      if (!commit) throw new Refused(404, 'Not Found');
      const tree = [...commit.tree].map(([name, { mode, sha, sizeBytes }]) => ({
        ...{ path: name, mode, sha, size: sizeBytes },
        type: mode === '160000' ? 'commit' : 'blob',
      }));
      return { status: 200, body: { sha: commit.sha, tree, truncated: isTreeCut } };
    },
  },
  'git/get-blob': {
    ...{ needs: 'read', of: 'contents' },
    carryOut({ repository: { git }, path }) {
      const bytes = git.blobs.get(String(path['file_sha']));
      if (!bytes) throw new Refused(404, 'Not Found');
      const content = bytes.toString('base64').replace(/.{60}/g, '$&\n');
      const body = { sha: path['file_sha'], content, encoding: 'base64' };
      return { status: 200, body: { ...body, size: bytes.length } };
    },
  },
};

const notAccessible = 'Resource not accessible by integration';

function shownActivity(pull: PullRequestRecord, { clock }: Repository): object[] {
  const { author: actor, headSha: after, headBranch, pushes } = pull;
  const made = { actor, kind: 'branch_creation', after } as const;
  return (pushes ?? [made]).map((one, index) => ({
    ...{ id: index + 1, node_id: `A_${index}`, ref: `refs/heads/${headBranch}` },
    ...{ before: '0'.repeat(40), after: one.after, activity_type: one.kind },
    ...{ timestamp: clock.timestamp(), actor: shownAccount(one.actor) },
  }));
}

function pullOf({ repository, path }: ApiRequest): PullRequestRecord {
  const pull = repository.pulls.get(Number(path['pull_number']));
  if (!pull) throw new Refused(404, 'Not Found');
  return pull;
}

/** The commits that the base branch does not have, oldest first. */
function commitsOf(pull: PullRequestRecord, { git }: Repository): GitCommit[] {
  const base = git.find(pull.baseBranch)?.sha ?? '';
  const known = new Set(git.history(base).map(({ sha }) => sha));
  return git
    .history(pull.headSha)
    .filter(({ sha }) => !known.has(sha))
    .reverse();
}

function shownPullRequest(pull: PullRequestRecord, repository: Repository): object {
  const place = (fullName: string | null) =>
    fullName === null ? null : { full_name: fullName, name: fullName.split('/').at(-1) };
  const { autoMerge } = pull;
  return {
    ...{ id: pull.number, node_id: pull.nodeId, number: pull.number, state: pull.state },
    user: shownAccount(pull.author),
    head: {
      ...{ ref: pull.headBranch, sha: pull.headSha, repo: place(pull.headRepository) },
    },
    base: {
      ...{ ref: pull.baseBranch, sha: repository.git.find(pull.baseBranch)?.sha },
      repo: { ...place(repository.name), default_branch: 'main' },
    },
    commits: commitsOf(pull, repository).length,
    auto_merge: autoMerge && {
      enabled_by: shownAccount(autoMerge.enabledBy ?? repository.account),
      commit_title: '',
      ...{ commit_message: '', merge_method: autoMerge.method.toLowerCase() },
    },
  };
}

function shownCommit(commit: GitCommit): object {
  const account = (login: string | null) => (login === null ? null : shownAccount(login));
  return {
    sha: commit.sha,
    parents: commit.parents.map((sha) => ({ sha })),
    author: account(commit.author),
    committer: account(commit.committer),
    commit: {
      message: commit.message,
      verification: {
        verified: commit.isVerified,
        reason: commit.isVerified ? 'valid' : 'unsigned',
      },
    },
  };
}

function shownReview({ id, author, commit, body, state }: Review): object {
  return { id, user: shownAccount(author), commit_id: commit, body, state };
}
