import { createHash } from 'node:crypto';

/** A file of a commit: its text, or more than that. */
export type GivenFile = string | { readonly text: string; readonly mode?: string };

export interface GitEntry {
  readonly mode: string;
  readonly sha: string;
  readonly sizeBytes: number;
}

export interface GitCommit {
  readonly sha: string;
  readonly tree: ReadonlyMap<string, GitEntry>;
  readonly parents: readonly string[];
  readonly author: string | null;
  readonly committer: string | null;
  readonly isVerified: boolean;
  readonly message: string;
}

export interface NewCommit extends Partial<Omit<GitCommit, 'sha' | 'tree'>> {
  /** What differs from the first parent; null deletes a file. */
  readonly files: Readonly<Record<string, GivenFile | null>>;
}

/** The commits, trees and blobs of a repository. */
export class GitObjects {
  readonly blobs = new Map<string, Buffer>();
  readonly commits = new Map<string, GitCommit>();
  readonly branches = new Map<string, string>();

  /** Adds a commit; by default a person's, without a signature. */
  commit({ files, parents = [], ...rest }: NewCommit): string {
    const [parent = ''] = parents;
    const tree = new Map(this.commits.get(parent)?.tree);
    for (const [path, file] of Object.entries(files)) {
      if (file === null) tree.delete(path);
      else tree.set(path, this.#entry(file));
    }
    const about = {
      ...{ author: 'keeper', committer: 'keeper', isVerified: false, message: 'Change' },
      ...rest,
    };
    const described = JSON.stringify([[...tree], parents, about, this.commits.size]);
    const sha = createHash('sha1').update(described).digest('hex');
    this.commits.set(sha, { sha, tree, parents, ...about });
    return sha;
  }

  /** A commit by its hash, or by the branch that it is the newest of. */
  find(ref: string): GitCommit | undefined {
    return this.commits.get(this.branches.get(ref) ?? ref);
  }

  /** A commit and all before it, newest first. */
  history(sha: string): GitCommit[] {
    const found = new Map<string, GitCommit>();
    const waiting = [sha];
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
      const commit = this.commits.get(at);
      if (!commit || found.has(at)) continue;
      found.set(at, commit);
      waiting.push(...commit.parents);
    }
    return [...found.values()];
  }

  /** The newest commit that two have in common. */
  mergeBase(a: string, b: string): GitCommit | undefined {
    const known = new Set(this.history(a).map(({ sha }) => sha));
    return this.history(b).find(({ sha }) => known.has(sha));
  }

  #entry(file: GivenFile): GitEntry {
    const { text, mode = '100644' } = typeof file === 'string' ? { text: file } : file;
    const bytes = Buffer.from(text);
    const sha = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes);
    const entry = { mode, sha: sha.digest('hex'), sizeBytes: bytes.length };
    this.blobs.set(entry.sha, bytes);
    return entry;
  }
}
