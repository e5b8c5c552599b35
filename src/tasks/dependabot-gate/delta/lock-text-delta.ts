import { parseToml } from '../../../dependencies/cargo/toml.ts';
import { isJsonObject, parseJsonObject } from '../../../dependencies/npm/json.ts';
import { type Difference, differencesBetween, shownPath } from './differences.ts';
import { npmRequirement, type RequirementChange } from './manifest-delta.ts';

/** What of a lockfile's text differs, beside the packages that come and go. */
export interface LockTextDelta {
  /** In the copy of a package.json that the lockfile has of the project's own packages. */
  readonly requirements: readonly RequirementChange[];
  /** Places at which something differs that no update of a package changes. */
  readonly others: readonly string[];
}

const packageKeys = new Set(['name', 'version', 'source', 'checksum', 'dependencies']);

/** These are compared with the packages. */
const sources = new Set(['resolved', 'integrity']);

/**
 * What npm notes for people, or works out anew from the rest: other versions of npm note
 * more of it. None of it changes what is installed.
 */
const notes = new Set([
  ...['dev', 'optional', 'devOptional', 'peer', 'license', 'funding', 'deprecated'],
  ...['engines', 'hasInstallScript', 'hasShrinkwrap', 'peerDependenciesMeta'],
]);

/** Compares what is around the packages of two Cargo.lock. Throws `UnreadableFile`. */
export function cargoLockTextDelta(
  before: string,
  after: string,
  path: string,
): LockTextDelta {
  const { package: _old, ...old } = parseToml(before, path);
  const { package: list, ...now } = parseToml(after, path);
  const entries = Array.isArray(list) ? list : [];
  const unknown = entries
    .flatMap((entry) => Object.keys(isJsonObject(entry) ? entry : {}))
    .filter((key) => !packageKeys.has(key));
  // Version 1 keeps its checksums here; they are compared with the packages.
  const isChecksum = ({ path: [first = '', second = ''] }: Difference) =>
    first === 'metadata' && second.startsWith('checksum ');
  const others = differencesBetween(old, now).filter((one) => !isChecksum(one));
  return { requirements: [], others: [...others.map(shownPath), ...new Set(unknown)] };
}

/**
 * Compares what two package-lock.json say of packages whose version stayed, and what is
 * around the packages. Throws `UnreadableFile`.
 */
export function npmLockTextDelta(
  before: string,
  after: string,
  path: string,
): LockTextDelta {
  const {
    packages: oldPackages,
    dependencies: _,
    ...old
  } = parseJsonObject(before, path);
  const { packages, dependencies: __, ...now } = parseJsonObject(after, path);
  const requirements: RequirementChange[] = [];
  const others = differencesBetween(old, now).map(shownPath);
  if (!isJsonObject(packages) || !isJsonObject(oldPackages)) {
    return {
      requirements,
      others: [...others, 'everything (its version has no `packages`)'],
    };
  }
  for (const [location, entry] of Object.entries(packages)) {
    const was = Object.hasOwn(oldPackages, location) ? oldPackages[location] : undefined;
    const isLink = isJsonObject(entry) && entry['link'] === true;
    if (was === undefined && isLink) others.push(location);
    if (!isJsonObject(was) || !isJsonObject(entry)) continue;
    const isForeign = location.includes('node_modules/') && !isLink;
    if (isForeign && was['version'] !== entry['version']) continue;
    for (const difference of differencesBetween(was, entry)) {
      const requirement = isForeign ? null : npmRequirement(difference);
      const [key = ''] = difference.path;
      const isNote = isForeign && (notes.has(key) || sources.has(key));
      if (requirement) requirements.push(requirement);
      else if (!isNote)
        others.push(`${location || 'the project'}: ${shownPath(difference)}`);
    }
  }
  return { requirements, others };
}

/**
 * The older view of the same packages that lockfileVersion 2 also has, as a lockfile of
 * version 1: npm 6 reads that one. Null where there is none.
 */
export function olderView(text: string, path: string): string | null {
  const { packages, dependencies, ...rest } = parseJsonObject(text, path);
  if (!isJsonObject(packages) || !isJsonObject(dependencies)) return null;
  return JSON.stringify({ ...rest, lockfileVersion: 1, dependencies });
}
