import type { Advisory } from '../../advisories/advisory.ts';
import type {
  LockedPackage,
  LockGraph,
  PublishedPackage,
} from '../../dependencies/model.ts';
import type { Policy } from '../../dependencies/policy.ts';
import type { CrateContents } from '../../registries/crate-contents.ts';
import type { Lifecycle } from '../../registries/end-of-life.ts';
import type { NpmContents } from '../../registries/npm-contents.ts';
import type { Announced } from './announced.ts';
import type { ImageChange } from './delta/dockerfile-delta.ts';
import type { LockDelta } from './delta/lock-delta.ts';
import type { LockTextDelta } from './delta/lock-text-delta.ts';
import type { ManifestChange } from './delta/manifest-delta.ts';

export interface Account {
  readonly login: string;
  readonly type: string;
}

/** A pull request, as GitHub shows it. */
export interface PullRequest {
  readonly number: number;
  /** The id of GraphQL. */
  readonly nodeId: string;
  readonly isOpen: boolean;
  readonly author: Account | null;
  /** Null where the repository of the branch is gone. */
  readonly headRepository: string | null;
  readonly baseRepository: string;
  readonly headBranch: string;
  readonly headSha: string;
  readonly baseBranch: string;
  /** Of the repository that it goes into. */
  readonly defaultBranch: string;
  readonly commitCount: number;
  /** Who lets GitHub merge it by itself as soon as it may; null where nobody does. */
  readonly autoMergedBy: string | null;
}

/** A time that a branch was moved. */
export interface Push {
  /** By the login; null where GitHub knows no account. */
  readonly by: string | null;
  /** `push`, `force_push`, `branch_creation`, `pr_merge`, … */
  readonly kind: string;
  /** The commit that was the newest then. */
  readonly after: string;
}

export interface Commit {
  readonly sha: string;
  readonly parents: readonly string[];
  /** By their logins; null where GitHub knows no account. */
  readonly author: string | null;
  readonly committer: string | null;
  readonly isVerified: boolean;
  readonly message: string;
}

/** An entry of a tree of git. */
export interface TreeEntry {
  /** `100644`; `120000` is a symbolic link, `160000` a submodule. */
  readonly mode: string;
  readonly sha: string;
  readonly sizeBytes: number | null;
}

/** A path at which the two trees differ; null where a tree has nothing there. */
export interface FileChange {
  readonly path: string;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

/** A lockfile before and after. */
export interface LockfileChange {
  readonly path: string;
  readonly ecosystem: 'cargo' | 'npm';
  readonly before: LockGraph;
  readonly after: LockGraph;
  readonly delta: LockDelta;
  /** What differs beside the packages. */
  readonly text: LockTextDelta;
  /** What comes or stays, with what it was given and does not take. */
  readonly unfitting: readonly (readonly [LockedPackage, LockedPackage])[];
  /** What comes or stays, with what it needs and was not given. */
  readonly missing: readonly (readonly [LockedPackage, string])[];
  /** Packages that are gone, and no announced update accounts for. */
  readonly unexplained: readonly LockedPackage[];
  /** Whether what npm 6 reads in it is the same. */
  readonly olderView: 'same' | 'differs';
}

/** A version that a lockfile did not have before. */
export interface Incoming {
  readonly ecosystem: 'cargo' | 'npm';
  readonly lockfile: string;
  readonly name: string;
  readonly version: string;
  /** All places where the lockfile has it; npm installs some versions several times. */
  readonly places: readonly LockedPackage[];
  /** The versions of the same package that the lockfile no longer has. */
  readonly former: readonly LockedPackage[];
  readonly kind: 'announced' | 'closure' | 'unexplained';
}

/** What could be learned of packages; what nobody answered is missing. */
export interface Knowledge {
  /** By `cargo:serde`; null where the registry has no such package. */
  readonly published: ReadonlyMap<string, PublishedPackage | null>;
  /** By `cargo:serde`: what hits one of the versions that come or go. */
  readonly advisories: ReadonlyMap<string, readonly Advisory[]>;
  /** By `serde 1.0.2`; null where a crate could not be read. */
  readonly crates: ReadonlyMap<string, CrateContents | null>;
  /** By `web 4.2.0`; null where a tarball could not be read. */
  readonly modules: ReadonlyMap<string, NpmContents | null>;
  /** What was asked and did not answer, as sentences. */
  readonly failures: readonly string[];
}

/** What could be learned of a changed image. */
export interface ImageFacts {
  readonly change: ImageChange;
  /** Of everything that its tag speaks of and somebody knows. */
  readonly lifecycles: readonly Lifecycle[];
  /** What its tag stands for now; null where there is no such tag, or nobody told. */
  readonly currentDigest: string | null;
  /** What was asked and did not answer, as sentences. */
  readonly failures: readonly string[];
}

/** Everything that is known of a pull request by Dependabot. */
export interface Evidence {
  readonly now: Date;
  readonly cooldownMs: number;
  readonly policy: Policy;
  /** The host of the npm registry that is asked. */
  readonly npmHost: string;
  readonly pullRequest: PullRequest;
  /** The commit that branch and base have in common. */
  readonly mergeBase: string;
  readonly commits: readonly Commit[];
  /** Who moved the branch, newest first; null where the token may not see it. */
  readonly pushes: readonly Push[] | null;
  /** The branches into which the gate lets merge. */
  readonly branches: readonly string[];
  readonly announced: Announced;
  readonly files: readonly FileChange[];
  readonly manifests: readonly ManifestChange[];
  /** The lockfile that is for a changed manifest, by the path of that; null for none. */
  readonly lockfileOf: ReadonlyMap<string, string | null>;
  readonly lockfiles: readonly LockfileChange[];
  readonly incoming: readonly Incoming[];
  readonly images: readonly ImageChange[];
  readonly imageFacts: readonly ImageFacts[];
  /** Lines of Dockerfiles that change otherwise: `Dockerfile:3`. */
  readonly otherLines: readonly string[];
  readonly knowledge: Knowledge;
  /** What could not be looked at as a whole, as sentences. */
  readonly unseen: readonly string[];
}

/** By what a package is found in `Knowledge`. */
export function keyOf({ ecosystem, name }: Pick<Incoming, 'ecosystem' | 'name'>): string {
  return `${ecosystem}:${name}`;
}
