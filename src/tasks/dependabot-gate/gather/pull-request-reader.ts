import { hash } from 'node:crypto';
import { UnreadableFile } from '../../../dependencies/model.ts';
import type { Commit, PullRequest, Push, TreeEntry } from '../evidence.ts';
import { type Client, isRequestError } from '../github.ts';
import type { PullRequestPlace } from '../place.ts';

/** Of 100 each; GitHub lists no more than 250 commits of a pull request. */
const mostCommitPages = 3;

const largestBlobBytes = 32 * 1024 ** 2;

/** A tree of git with everything below it. */
export interface Tree {
  readonly entries: ReadonlyMap<string, TreeEntry>;
  /** Whether GitHub has listed all of it. */
  readonly isWhole: boolean;
}

/** Reads a pull request through the API. Nothing of it is checked out or run. */
export class PullRequestReader {
  readonly #client: Client;
  readonly #number: number;
  readonly #place: { readonly owner: string; readonly repo: string };
  readonly #texts = new Map<string, Promise<string>>();

  constructor(client: Client, { repository, number }: PullRequestPlace) {
    const [owner = '', repo = ''] = repository.split('/');
    this.#client = client;
    this.#number = number;
    this.#place = { owner, repo };
  }

  /** The pull request as it is now. */
  async pullRequest(): Promise<PullRequest> {
    const { data } = await this.#api.pulls.get({
      ...this.#place,
      pull_number: this.#number,
    });
    const { user, head, base } = data;
    return {
      number: data.number,
      nodeId: data.node_id,
      isOpen: data.state === 'open',
      author: user ? { login: user.login, type: user.type } : null,
      headRepository: head.repo?.full_name ?? null,
      baseRepository: base.repo.full_name,
      headBranch: head.ref,
      headSha: head.sha,
      baseBranch: base.ref,
      defaultBranch: base.repo.default_branch,
      commitCount: data.commits,
      autoMergedBy: data.auto_merge?.enabled_by.login ?? null,
    };
  }

  /** Its commits, oldest first; of more than GitHub lists, not all. */
  async commits(): Promise<Commit[]> {
    const commits: Commit[] = [];
    for (let page = 1; page <= mostCommitPages; page++) {
      const { data } = await this.#api.pulls.listCommits({
        ...{ ...this.#place, pull_number: this.#number, per_page: 100, page },
      });
      for (const { sha, parents, author, committer, commit } of data) {
        commits.push({
          sha,
          parents: parents.map((parent) => parent.sha),
          author: author?.login ?? null,
          committer: committer?.login ?? null,
          isVerified: commit.verification?.verified === true,
          message: commit.message,
        });
      }
      if (data.length < 100) break;
    }
    return commits;
  }

  /** Who moved a branch, newest first; null where the token may not see it. */
  async pushes(branch: string): Promise<Push[] | null> {
    try {
      const { data } = await this.#api.repos.listActivities({
        ...{ ...this.#place, ref: `refs/heads/${branch}`, per_page: 100 },
      });
      return data.map(({ actor, activity_type: kind, after }) => ({
        ...{ by: actor?.login ?? null, kind, after },
      }));
    } catch (error) {
      if (isRequestError(error) && [403, 404].includes(error.status)) return null;
      throw error;
    }
  }

  /** The newest commit of the base branch, and the one that it has in common with a head. */
  async bases(branch: string, head: string): Promise<{ tip: string; common: string }> {
    const { data } = await this.#api.repos.compareCommitsWithBasehead({
      ...{ ...this.#place, basehead: `${branch}...${head}`, per_page: 1 },
    });
    return { tip: data.base_commit.sha, common: data.merge_base_commit.sha };
  }

  /** Everything that a commit holds: paths with their modes and the hashes of the contents. */
  async tree(commit: string): Promise<Tree> {
    const { data } = await this.#api.git.getTree({
      ...{ ...this.#place, tree_sha: commit, recursive: '1' },
    });
    const entries = new Map<string, TreeEntry>();
    for (const { path, mode, type, sha, size } of data.tree) {
      if (type === 'tree') continue;
      entries.set(path, { mode, sha, sizeBytes: size ?? null });
    }
    return { entries, isWhole: !data.truncated };
  }

  /**
   * The text of a file, by the hash of its contents, which is checked. Throws
   * `UnreadableFile` where it is too large or no text.
   */
  text(path: string, { sha, sizeBytes }: TreeEntry): Promise<string> {
    if ((sizeBytes ?? 0) > largestBlobBytes) {
      throw new UnreadableFile(path, 'it is larger than 32 MiB');
    }
    const text = this.#texts.get(sha) ?? this.#readBlob(path, sha);
    this.#texts.set(sha, text);
    return text;
  }

  /** The text of a small file at a commit; null where there is none. */
  async textAt(path: string, commit: string): Promise<string | null> {
    try {
      const { data } = await this.#api.repos.getContent({
        ...{ ...this.#place, path, ref: commit },
      });
      if (Array.isArray(data) || data.type !== 'file' || !('content' in data)) {
        throw new UnreadableFile(path, 'it is no file');
      }
      return decode(Buffer.from(data.content, 'base64'), path);
    } catch (error) {
      if (isRequestError(error) && error.status === 404) return null;
      throw error;
    }
  }

  async #readBlob(path: string, sha: string): Promise<string> {
    const { data } = await this.#api.git.getBlob({ ...this.#place, file_sha: sha });
    const bytes = Buffer.from(
      data.content,
      data.encoding === 'base64' ? 'base64' : 'utf8',
    );
    const algorithm = sha.length === 64 ? 'sha256' : 'sha1';
    const head = Buffer.from(`blob ${bytes.length}\0`);
    if (hash(algorithm, Buffer.concat([head, bytes])) !== sha) {
      throw new UnreadableFile(path, 'what GitHub sends is not what its hash says');
    }
    return decode(bytes, path);
  }

  get #api() {
    return this.#client.octokit.rest;
  }
}

function decode(bytes: Buffer, path: string): string {
  if (bytes.includes(0))
    throw new UnreadableFile(path, 'it has NUL bytes: it is no text');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new UnreadableFile(path, 'it is not in UTF-8', { cause: error });
  }
}
