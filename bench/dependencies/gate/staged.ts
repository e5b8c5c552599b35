import { hash } from 'node:crypto';
import type { AdvisorySource } from '../../../src/advisories/advisory.ts';
import type { Http } from '../../../src/registries/http.ts';
import type {
  Commit,
  PullRequest,
  Push,
  TreeEntry,
} from '../../../src/tasks/dependabot-gate/evidence.ts';
import {
  PullRequestReader,
  type Tree,
} from '../../../src/tasks/dependabot-gate/gather/pull-request-reader.ts';
import { connectGitHub } from '../../../src/tasks/dependabot-gate/github.ts';
import type { BranchName, Update } from './announcements.ts';

/** A file of a tree; a plain text is one with the usual mode. */
export type StagedFile = string | { readonly text: string; readonly mode: string };

export type StagedTree = Readonly<Record<string, StagedFile>>;

/** A pull request with both of its trees. */
export interface Staged {
  readonly branch: BranchName;
  readonly updates: readonly Update[];
  readonly pullRequest: PullRequest;
  readonly commits: readonly Commit[];
  /** Who moved its branch, newest first. */
  readonly pushes: readonly Push[];
  readonly before: StagedTree;
  readonly after: StagedTree;
  readonly now: Date;
  /** Where others answer than otherwise. */
  readonly http?: Http;
  readonly advisories?: (usual: AdvisorySource) => AdvisorySource;
}

export const mergeBase = 'b'.repeat(40);
export const repository = 'atuinsh/atuin';

/** The pull request and the commit of an honest update. */
export function honest(
  given: Pick<Staged, 'branch' | 'updates' | 'before' | 'after' | 'now'>,
  sha: string,
  message: string,
): Staged {
  const commit: Commit = {
    ...{ sha, parents: [mergeBase], message, isVerified: true },
    ...{ author: 'dependabot[bot]', committer: 'web-flow' },
  };
  const pullRequest: PullRequest = {
    ...{ number: 1, nodeId: 'PR_1', isOpen: true, autoMergedBy: null, commitCount: 1 },
    author: { login: 'dependabot[bot]', type: 'Bot' },
    defaultBranch: 'main',
    ...{ headRepository: repository, baseRepository: repository, baseBranch: 'main' },
    headBranch: `dependabot/${given.branch}/some-update`,
    headSha: sha,
  };
  const pushes = [{ by: 'dependabot[bot]', kind: 'branch_creation', after: sha }];
  return { ...given, pullRequest, commits: [commit], pushes };
}

/** Nothing is asked through it. */
const client = connectGitHub({
  token: 'none',
  apiUrl: 'http://127.0.0.1:1',
  signal: new AbortController().signal,
});

/** Reads a staged pull request where the gate reads one of GitHub. */
export class StagedReader extends PullRequestReader {
  readonly #staged: Staged;

  constructor(staged: Staged) {
    super(client, { repository, number: 1 });
    this.#staged = staged;
  }

  override async pullRequest(): Promise<PullRequest> {
    return this.#staged.pullRequest;
  }

  override async commits(): Promise<Commit[]> {
    return [...this.#staged.commits];
  }

  override async pushes(): Promise<Push[]> {
    return [...this.#staged.pushes];
  }

  override async bases(): Promise<{ tip: string; common: string }> {
    return { tip: mergeBase, common: mergeBase };
  }

  override async tree(commit: string): Promise<Tree> {
    const { before, after } = this.#staged;
    const files = Object.entries(commit === mergeBase ? before : after);
    return {
      entries: new Map(files.map(([path, file]) => [path, entryOf(file)])),
      isWhole: true,
    };
  }

  override async text(path: string, { sha }: TreeEntry): Promise<string> {
    const { before, after } = this.#staged;
    const found = [before[path], after[path]].find(
      (file) => file !== undefined && entryOf(file).sha === sha,
    );
    return textOf(found ?? '');
  }

  override async textAt(path: string): Promise<string | null> {
    const file = this.#staged.before[path];
    return file === undefined ? null : textOf(file);
  }
}

function entryOf(file: StagedFile): TreeEntry {
  const text = textOf(file);
  const mode = typeof file === 'string' ? '100644' : file.mode;
  return { mode, sha: hash('sha1', text), sizeBytes: Buffer.byteLength(text) };
}

export function textOf(file: StagedFile): string {
  return typeof file === 'string' ? file : file.text;
}
