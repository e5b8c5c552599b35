import semver from 'semver';

/** No real requirement comes near it. */
const longest = 500;

const ranges = new Map<string, semver.Range | null>();

/**
 * Whether cargo takes a version for a requirement: comparators between commas, all of which
 * must hold, a bare one meaning a caret range. A pre-release fits only where the requirement
 * names one of the same version. What cannot be read fits nothing.
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
  let range = ranges.get(requirement);
  if (range === undefined) {
    range = read(requirement);
    // A hostile lockfile must not fill the memory.
    if (ranges.size < 50_000) ranges.set(requirement, range);
  }
  return range;
}

function read(requirement: string): semver.Range | null {
  if (requirement.length > longest) return null;
  const comparators = requirement
    .split(',')
    .map((one) => one.trim())
    .filter((one, index, all) => one !== '' || index < all.length - 1)
    .map(asNpm);
  if (comparators.some((one) => one === null)) return null;
  try {
    return new semver.Range(comparators.join(' '));
  } catch {
    return null;
  }
}

/** In npm's syntax, where a bare version is an exact one. */
function asNpm(comparator: string): string | null {
  const [, operator = '', version = ''] =
    /^(\^|~|=|>=|<=|>|<)?\s*([0-9*xX][0-9A-Za-z.+*-]*)$/.exec(comparator) ?? [];
  if (version === '') return null;
  const bare = version.replace(/\+.*$/, '');
  if (/[*xX]/.test(bare.split('-')[0] ?? '')) return operator === '' ? bare : null;
  return operator === '=' ? `=${bare}` : `${operator || '^'}${bare}`;
}
