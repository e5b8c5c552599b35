/** What the suite reads dependencies of. The names are those of the input `ecosystems`. */
export const ecosystems = ['cargo', 'npm', 'docker', 'github-actions'] as const;

export type Ecosystem = (typeof ecosystems)[number];

/** What becomes of a dependency, gravest first: what ships, what builds, what only tests. */
export const scopes = ['runtime', 'build', 'dev'] as const;

export type Scope = (typeof scopes)[number];

/** Files of a repository by their path, relative to its root, with `/`. */
export type RepositoryFiles = ReadonlyMap<string, string>;

/** Thrown where a file of the repository cannot be read as what its name says. */
export class UnreadableFile extends Error {
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options);
    this.path = path;
  }
}

/** Where a locked package comes from. */
export type Origin =
  /** `url` is null where the lockfile leaves it to the configuration. */
  | { readonly kind: 'registry'; readonly url: string | null }
  | { readonly kind: 'git'; readonly url: string }
  /** A member of the workspace, or a folder beside it. */
  | { readonly kind: 'path'; readonly path: string | null };

/** An edge of the graph: what a package asks for, and what it was given. */
export interface DependencyEdge {
  /** The id of the package that it was given. */
  readonly to: string;
  /** What it asks for, as its ecosystem writes it; null where the lockfile does not say. */
  readonly requirement: string | null;
  /** Null where the lockfile does not say. */
  readonly scope: Scope | null;
  readonly optional: boolean;
}

/** One package of a lockfile. */
export interface LockedPackage {
  /** Unique within its lockfile. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly origin: Origin;
  /** The checksum that the lockfile holds it to, as it is written there. */
  readonly integrity: string | null;
  readonly edges: readonly DependencyEdge[];
  /** What the lockfile itself says of it (npm). */
  readonly deprecated?: string;
  readonly hasInstallScript?: boolean;
  /** Whether it lies within the tarball of the package around it (npm). */
  readonly isBundled?: boolean;
  /** The versions of Node.js that it says it runs on (npm). */
  readonly engines?: string;
}

/** Everything that one lockfile holds. */
export interface LockGraph {
  readonly ecosystem: 'cargo' | 'npm';
  readonly lockfile: string;
  readonly packages: ReadonlyMap<string, LockedPackage>;
  /** The ids of the packages that are the project's own: workspace members, the root. */
  readonly roots: readonly string[];
}

/** What the registry says of one published version. */
export interface PublishedVersion {
  readonly version: string;
  readonly yanked: boolean;
  /** Why nobody should use it any more; null where it is not deprecated. */
  readonly deprecated: string | null;
  /** RFC 3339; null where the registry does not tell. */
  readonly publishedAt: string | null;
  /** The Rust version (`1.70`) or range of Node.js versions that it asks for. */
  readonly needs: string | null;
  /** As the lockfile would write it: hex sha256 (cargo), SRI (npm). */
  readonly integrity: string | null;
  readonly hasInstallScript: boolean;
  readonly dependencies: readonly PublishedDependency[];
  /** What each feature turns on (cargo); `features2` is merged into it. */
  readonly features: Readonly<Record<string, readonly string[]>>;
  /** What of its package.json a lockfile repeats, as the registry has it (npm). */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

export interface PublishedDependency {
  /** The name that its code uses: another one than `package` where it is renamed. */
  readonly alias: string;
  readonly package: string;
  readonly requirement: string;
  readonly scope: Scope;
  readonly optional: boolean;
  /** cargo only. */
  readonly features: readonly string[];
  readonly defaultFeatures: boolean;
  /** The platforms it is for (cargo's `cfg(…)` or triple); null for all. */
  readonly target: string | null;
}

/** All that the registry has of one package. */
export interface PublishedPackage {
  readonly name: string;
  readonly versions: readonly PublishedVersion[];
  /** What the maintainers call the latest (npm's dist-tag); null in cargo. */
  readonly latest: string | null;
}
