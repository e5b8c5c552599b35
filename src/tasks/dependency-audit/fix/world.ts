import type { LockGraph, PublishedPackage } from '../../../dependencies/model.ts';

/** What the search for a fix may ask: the graph of a lockfile, and what is published. */
export interface FixWorld {
  readonly graph: LockGraph;
  /** Null where the registry could not be asked, or does not know the package. */
  published(name: string): Promise<PublishedPackage | null>;
  /** Whether a version is what a requirement asks for, by the ecosystem's own rules. */
  admits(requirement: string, version: string): boolean;
  /** Whether no advisory that a newer version could clear is about this version. */
  isClear(name: string, version: string): boolean;
  /** Whether a version is older than the cooldown. */
  isCool(publishedAt: string | null): boolean;
  /** Versions that an advisory of the package names as fixed, where nothing else is known. */
  fixedIn(name: string): readonly string[];
}

/** One package that has to move to another version. */
export interface Bump {
  readonly id: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** The project's own manifests that have to ask for more, by the ids of their packages. */
  readonly manifests: readonly string[];
  /** Whether the new version is younger than the cooldown. */
  readonly isFresh: boolean;
  /** Whether it stays in the caret range of the old one. */
  readonly isCompatible: boolean;
  readonly isDeprecated: boolean;
  /** Null where it stays where it is until it is told. */
  readonly pulled: Pulled | null;
  /**
   * Which choice of a package manager that only takes the newest would be as good: the newest
   * at all, the newest that has cooled down, or neither.
   */
  readonly newestWouldDo: 'at-all' | 'cooled' | 'neither';
}

/**
 * Where the package manager takes a package by itself, once the manifests or the parents ask
 * for more: to the newest that they admit.
 */
export interface Pulled {
  readonly to: string;
  /** Whether that is free of advisories and has cooled down, so that nothing is left to do. */
  readonly isFine: boolean;
}

/** How a package gets rid of its advisories. */
export type Fix =
  | {
      readonly kind: 'bumps';
      /** The package itself comes last, behind the parents that have to move first. */
      readonly bumps: readonly Bump[];
      /** Dependents of which it is not known whether they admit the new version. */
      readonly unsure: readonly string[];
    }
  | {
      readonly kind: 'blocked';
      /** `null` where nobody but the package itself is in the way. */
      readonly by: string | null;
      readonly why: string;
    };
