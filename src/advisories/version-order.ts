import compare from 'semver/functions/compare.js';
import parse from 'semver/functions/parse.js';

export type Version = NonNullable<ReturnType<typeof parse>>;

/** As two texts of one version compare equal: without `v` and build metadata. */
export function normalVersion(text: string): string {
  const [version = ''] = text.trim().split('+', 1);
  return version.replace(/^v(?=\d)/i, '');
}

/**
 * Reads a version as SemVer does, a `v` before it and missing parts (`4`, `4.1`) allowed;
 * null where it is none.
 */
export function readVersion(text: string): Version | null {
  const normal = normalVersion(text);
  const [, major, minor = '0', prerelease = ''] =
    /^(\d+)(?:\.(\d+))?(-[\w.-]+)?$/.exec(normal) ?? [];
  if (major === undefined) return parse(normal, { loose: true });
  return parse(`${major}.${minor}.0${prerelease}`, { loose: true });
}

/** SemVer precedence: pre-releases come before their release, build metadata is ignored. */
export function inOrder(one: Version, other: Version): number {
  return compare(one, other);
}
