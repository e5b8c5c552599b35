import { parseToml } from '../../../dependencies/cargo/toml.ts';
import { isJsonObject, parseJsonObject } from '../../../dependencies/npm/json.ts';
import { refuseTwofoldKeys } from '../../../dependencies/npm/twofold-keys.ts';
import { type Difference, differencesBetween, shownPath } from './differences.ts';
import { type EntryChange, entryChanges, isForeignLocation } from './lock-entries.ts';
import { npmRequirement, type RequirementChange } from './manifest-delta.ts';

/** What of a lockfile's text differs, beside the packages that come and go. */
export interface LockTextDelta {
  /** In the copy of a package.json that the lockfile has of the project's own packages. */
  readonly requirements: readonly RequirementChange[];
  /** Places at which something differs that no update of a package changes. */
  readonly others: readonly string[];
  /** What the entries of packages say that they did not say before (npm). */
  readonly entries: readonly EntryChange[];
}

const packageKeys = new Set(['name', 'version', 'source', 'checksum', 'dependencies']);

/** What npm brings up to the package.json of the project's own packages. */
const ownNotes = new Set(['version', 'license']);

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
  const shown = [...others.map(shownPath), ...new Set(unknown)];
  return { requirements: [], others: shown, entries: [] };
}

/**
 * Compares what two package-lock.json say of packages, and what is around the packages.
 * Throws `UnreadableFile`.
 */
export function npmLockTextDelta(
  before: string,
  after: string,
  path: string,
): LockTextDelta {
  refuseTwofoldKeys(after, path);
  const { packages: olds, dependencies: _, ...old } = parseJsonObject(before, path);
  const { packages, dependencies: __, ...now } = parseJsonObject(after, path);
  const requirements: RequirementChange[] = [];
  const others = differencesBetween(old, now).map(shownPath).filter(isNoOwnNote);
  if (!isJsonObject(packages) || !isJsonObject(olds)) {
    others.push('everything (its version has no `packages`)');
    return { requirements, others, entries: [] };
  }
  for (const [location, entry] of Object.entries(packages)) {
    const was = Object.hasOwn(olds, location) ? olds[location] : undefined;
    if (isLink(entry) !== isLink(was)) others.push(location);
    const isForeign = isForeignLocation(location) && !isLink(entry);
    if (isForeign || !isJsonObject(was) || !isJsonObject(entry)) continue;
    for (const difference of differencesBetween(was, entry)) {
      const requirement = npmRequirement(difference);
      const at = shownPath(difference);
      if (requirement) requirements.push(requirement);
      else if (isLink(entry) || isNoOwnNote(at)) {
        others.push(`${location || 'the project'}: ${at}`);
      }
    }
  }
  return { requirements, others, entries: entryChanges(olds, packages) };
}

function isNoOwnNote(at: string): boolean {
  return !ownNotes.has(at);
}

function isLink(entry: unknown): boolean {
  return isJsonObject(entry) && entry['link'] === true;
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
