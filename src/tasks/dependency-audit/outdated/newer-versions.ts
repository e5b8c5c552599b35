import type { PublishedPackage, PublishedVersion } from '../../../dependencies/model.ts';
import { compareVersions, isPrerelease } from '../../../dependencies/version.ts';

/** What newer versions there are of a package, by who may use them. */
export interface NewerVersions {
  /** The newest that every requirement admits and that is cool; the locked one if none is. */
  readonly compatible: string;
  /** The newest there is at all, pre-releases aside. */
  readonly newest: string;
  readonly newestPublishedAt: string | null;
  /** What the newest needs that the project does not promise: `Rust 1.90`. */
  readonly newestNeeds: string | null;
  /** The newest that runs on what the project runs on. */
  readonly newestForProject: string | null;
  /** Whether a newer compatible version is only waited for. */
  readonly coolsDown: PublishedVersion | null;
}

interface Question {
  readonly locked: string;
  readonly published: PublishedPackage;
  /** Whether every dependent admits a version. */
  admits(version: string): boolean;
  /** Whether the project promises what a version needs: a Rust version, a range of Node.js. */
  runsOn(needs: string): boolean;
  isCool(publishedAt: string | null): boolean;
}

/** Looks what is newer than the locked version. */
export function newerVersions(question: Question): NewerVersions {
  const { locked, published, admits, runsOn, isCool } = question;
  const stable = published.versions
    .filter(
      ({ version, yanked, deprecated }) =>
        !yanked && deprecated === null && !isPrerelease(version),
    )
    .filter(({ version }) => compareVersions(version, locked) > 0)
    .filter(({ version }) => !isBeyondLatest(version, locked, published))
    .sort((a, b) => compareVersions(b.version, a.version));
  const runs = ({ needs }: PublishedVersion) => needs === null || runsOn(needs);
  const newest = newestOf(stable, published);
  const forProject = stable.filter(runs);
  const within = forProject.filter(({ version }) => admits(version));
  const compatible = within.find(({ publishedAt }) => isCool(publishedAt));
  return {
    compatible: compatible?.version ?? locked,
    newest: newest?.version ?? locked,
    newestPublishedAt: newest?.publishedAt ?? null,
    newestNeeds: newest && !runs(newest) ? newest.needs : null,
    newestForProject: forProject[0]?.version ?? null,
    coolsDown: within[0] && within[0] !== compatible ? within[0] : null,
  };
}

/** Of npm what the maintainers call the latest; else the highest. */
function newestOf(
  newer: readonly PublishedVersion[],
  { latest }: PublishedPackage,
): PublishedVersion | undefined {
  return latest === null ? newer[0] : newer.find(({ version }) => version === latest);
}

/** What is above the version that the maintainers call the latest, they do not mean yet. */
function isBeyondLatest(
  version: string,
  locked: string,
  { latest }: PublishedPackage,
): boolean {
  if (latest === null || compareVersions(locked, latest) > 0) return false;
  return compareVersions(version, latest) > 0;
}
