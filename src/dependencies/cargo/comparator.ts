/** A version, or as much of it as a comparator gives: one number, two, or all three. */
export interface PartialVersion {
  readonly numbers: readonly number[];
  /** What stands behind the `-`; empty for a release. */
  readonly prerelease: string;
}

/** One part of a requirement: `>=1.2`. */
export interface Comparator extends PartialVersion {
  /** A bare version has that of a caret range. */
  readonly operator: string;
}

/** No real requirement, and no real version, comes near it. */
const mostCharacters = 500;

/** The crate `semver` takes no more. */
const mostComparators = 32;

const number = '(?:0|[1-9]\\d*)';
const identifier = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const build = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const whole =
  `(${number}\\.${number}\\.${number})` +
  `(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+${build})?`;
const versionPattern = new RegExp(`^${whole}$`);
const comparatorPattern = new RegExp(
  `^ *(\\^|~|=|>=|<=|>|<)? *(?:${whole}|(${number}(?:\\.${number})?)((?:\\.[*xX])*)) *$`,
);

/** Null for what is no version. */
export function parseVersion(text: string): PartialVersion | null {
  if (text.length > mostCharacters) return null;
  const [, numbers = '', prerelease = ''] = versionPattern.exec(text) ?? [];
  return numbers === '' ? null : { numbers: numbersIn(numbers), prerelease };
}

/** The comparators of a requirement; null for what is none. */
export function parseRequirement(text: string): readonly Comparator[] | null {
  if (text.length > mostCharacters) return null;
  // A wildcard for all versions stands alone.
  if (/^ *[*xX] *$/.test(text)) return [{ operator: '>=', numbers: [0], prerelease: '' }];
  const parts = text.split(',');
  const comparators = parts.flatMap((part) => parseComparator(part) ?? []);
  const isWhole = comparators.length === parts.length;
  return isWhole && parts.length <= mostComparators ? comparators : null;
}

function parseComparator(text: string): Comparator | null {
  const match = comparatorPattern.exec(text);
  if (!match) return null;
  const [, given, all, prerelease = '', some = '', wildcards = ''] = match;
  const numbers = numbersIn(all ?? some);
  if (numbers.length + wildcards.length / 2 > 3) return null;
  // A wildcard leaves open what stands there, as if nothing did.
  const operator = given ?? (wildcards === '' ? '^' : '=');
  return { operator, numbers, prerelease };
}

function numbersIn(text: string): number[] {
  return text.split('.').map(Number);
}
