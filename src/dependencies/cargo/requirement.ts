import semver from 'semver';

/** No real requirement comes near it. */
const mostCharacters = 500;

/** Most requirements stand in many places; a hostile lockfile must not fill the memory. */
const mostRemembered = 20_000;
const ranges = new Map<string, semver.Range | null>();

/**
 * Whether cargo takes a version for a requirement: comparators between commas, all of which
 * must hold, a bare one meaning a caret range. A pre-release fits only where a comparator has
 * one of the same major, minor and patch. What cannot be read fits nothing.
 *
 * Source: https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
 */
export function satisfiesCargo(version: string, requirement: string): boolean {
  const range = rangeOf(requirement);
  if (range === null) return false;
  const parsed = semver.parse(version);
  return parsed !== null && range.test(parsed);
}

function rangeOf(requirement: string): semver.Range | null {
  const known = ranges.get(requirement);
  if (known !== undefined) return known;
  const range = read(requirement);
  if (ranges.size < mostRemembered) ranges.set(requirement, range);
  return range;
}

function read(requirement: string): semver.Range | null {
  if (requirement.length > mostCharacters) return null;
  const parts = requirement.split(',').map((part) => part.trim());
  // A wildcard for all versions stands alone.
  const comparators = /^[*xX]$/.test(parts.join()) ? ['*'] : parts.map(npmComparator);
  if (comparators.some((comparator) => comparator === null)) return null;
  try {
    return new semver.Range(comparators.join(' '));
  } catch {
    return null;
  }
}

const number = '(?:0|[1-9]\\d*)';
const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const comparatorPattern = new RegExp(
  `^(\\^|~|=|>=|<=|>|<)?\\s*(${number}(?:\\.${number}){0,2})` +
    // A wildcard leaves open what stands there, as if nothing did.
    `(?:((?:\\.[*xX]){1,2})|(-${identifiers})?(?:\\+${identifiers})?)$`,
);

/** In the syntax of npm, where a bare version is an exact one. */
function npmComparator(comparator: string): string | null {
  const match = comparatorPattern.exec(comparator);
  if (!match) return null;
  const [, operator = '', numbers = '', wildcards = '', prerelease = ''] = match;
  const places = numbers.split('.').length;
  const isWhole = places === 3;
  if (places + wildcards.length / 2 > 3 || (prerelease !== '' && !isWhole)) return null;
  const wanted = operator || (wildcards === '' ? '^' : '=');
  return `${wanted}${numbers}${prerelease}`;
}
