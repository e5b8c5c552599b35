import semver from 'semver';

/**
 * Orders two versions by the precedence of SemVer 2.0, where build metadata counts for
 * nothing. What is no version stands before all that are, in the order of its text.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [semver.parse(a), semver.parse(b)];
  if (left && right) return left.compare(right);
  if (left) return 1;
  if (right) return -1;
  return a < b ? -1 : Number(a > b);
}

/** Whether a version is one; what cannot be read as a version is none. */
export function isPrerelease(version: string): boolean {
  return (semver.parse(version)?.prerelease.length ?? 0) > 0;
}

/**
 * Whether an update stays within the caret range of the old version, as cargo and npm read
 * it: 0.2.3 → 0.3.0, 1.9.0 → 2.0.0, a way back and a pre-release do not. Null where either
 * cannot be read.
 */
export function isCompatibleUpdate(from: string, to: string): boolean | null {
  const [old, next] = [semver.parse(from), semver.parse(to)];
  return old && next && semver.satisfies(next, `^${old.version}`);
}
