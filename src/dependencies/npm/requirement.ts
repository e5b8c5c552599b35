import semver from 'semver';

/** What a dependency asks for. */
export interface RealRequirement {
  /** The name in the registry, where it is not the one that the code uses; else null. */
  readonly package: string | null;
  /** Null where it is no range of versions: a dist-tag, a git repository, a file, an address. */
  readonly range: string | null;
}

/** No real one comes near it; reading costs time in its length. */
const longestRange = 4096;

/**
 * Reads what a package.json asks for: a range, `npm:name@range`, `workspace:range`.
 * Source: npm-package-arg.
 */
export function realRequirement(text: string): RealRequirement {
  const protocol = /^(?:npm|workspace):/.exec(text.trim())?.[0];
  if (protocol === undefined) return { package: null, range: rangeOf(text) };
  const target = text.trim().slice(protocol.length);
  // The first character may be the @ of a scope.
  const at = target.indexOf('@', 1);
  if (at > 0) {
    return { package: target.slice(0, at), range: rangeOf(target.slice(at + 1)) };
  }
  if (protocol === 'npm:') return { package: target, range: '*' };
  const isOwnVersion = target === '^' || target === '~';
  return { package: null, range: isOwnVersion ? '*' : rangeOf(target) };
}

/**
 * Whether npm takes a version for what a dependency asks for. Of dist-tags, git
 * repositories and files only the registry knows: false.
 */
export function satisfiesNpm(version: string, requirement: string): boolean {
  const { range } = realRequirement(requirement);
  if (range === null) return false;
  // To npm, unlike to semver, an asterisk is a pre-release, too.
  if (range === '*') return semver.valid(version, { loose: true }) !== null;
  return semver.satisfies(version, range, { loose: true });
}

function rangeOf(text: string): string | null {
  const range = text.trim() || '*';
  const isRange = range.length <= longestRange && semver.validRange(range, true) !== null;
  return isRange ? range : null;
}
