import { compareVersions } from '../version.ts';
import {
  type Comparator,
  type PartialVersion,
  parseRequirement,
  parseVersion,
} from './comparator.ts';

/** Most requirements stand in many places; a hostile lockfile must not fill the memory. */
const mostRemembered = 20_000;
const remembered = new Map<string, readonly Comparator[] | null>();

/**
 * Whether cargo takes a version for a requirement: comparators between commas, all of which
 * must hold, a bare one meaning a caret range. A pre-release fits only where a comparator has
 * one of the same major, minor and patch. What cannot be read fits nothing.
 *
 * Source: https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html, and the
 * crate `semver`, by which cargo reads them.
 */
export function satisfiesCargo(version: string, requirement: string): boolean {
  const comparators = comparatorsOf(requirement);
  const given = comparators && parseVersion(version);
  if (!given || !comparators.every((one) => fits(given, one))) return false;
  if (given.prerelease === '') return true;
  return comparators.some(
    ({ prerelease, numbers }) => prerelease !== '' && begins(given, numbers),
  );
}

function comparatorsOf(requirement: string): readonly Comparator[] | null {
  const known = remembered.get(requirement);
  if (known !== undefined) return known;
  const comparators = parseRequirement(requirement);
  if (remembered.size < mostRemembered) remembered.set(requirement, comparators);
  return comparators;
}

function fits(version: PartialVersion, comparator: Comparator): boolean {
  const { operator, numbers } = comparator;
  const order = compare(version, comparator);
  switch (operator) {
    case '=':
      return order === 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
    case '~':
      return order >= 0 && begins(version, numbers.slice(0, 2));
    default:
      return order >= 0 && begins(version, caretNumbers(numbers));
  }
}

/** What a caret range holds fast: all numbers up to the first that is not zero. */
function caretNumbers(numbers: readonly number[]): readonly number[] {
  const first = numbers.findIndex((one) => one !== 0);
  return first < 0 ? numbers : numbers.slice(0, first + 1);
}

function begins(version: PartialVersion, numbers: readonly number[]): boolean {
  return compareNumbers(version.numbers, numbers) === 0;
}

/** All versions that have the numbers of a comparator are equal to it if it gives no more. */
function compare(version: PartialVersion, comparator: Comparator): number {
  const order = compareNumbers(version.numbers, comparator.numbers);
  const [own, wanted] = [version.prerelease, comparator.prerelease];
  if (order !== 0 || comparator.numbers.length < 3 || own === wanted) return order;
  // A release comes after its pre-releases.
  if (own === '' || wanted === '') return own === '' ? 1 : -1;
  return compareVersions(`0.0.0-${own}`, `0.0.0-${wanted}`);
}

function compareNumbers(given: readonly number[], wanted: readonly number[]): number {
  for (let at = 0; at < wanted.length; at += 1) {
    const difference = (given[at] ?? 0) - (wanted[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
