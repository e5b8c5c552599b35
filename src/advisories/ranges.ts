import type { OsvEcosystem } from './advisory.ts';
import { asked, type Question } from './question.ts';
import { inOrder, normalVersion, readVersion, type Version } from './version-order.ts';

/** `before` closes a range as `fixed` does, but nobody says that it is a fix. */
export type BoundKind = 'introduced' | 'last_affected' | 'before' | 'fixed' | 'limit';

export interface Bound {
  readonly kind: BoundKind;
  /** As the record writes it. */
  readonly version: string;
}

/** What one record says of the versions of one package, in one place of it. */
export interface AffectedVersions {
  /** The bounds of its SEMVER and ECOSYSTEM ranges; those of GIT are left out. */
  readonly ranges: readonly (readonly Bound[])[];
  /** Versions it names one by one. */
  readonly versions: readonly string[];
  /** `<= 1.2.3`: where GHSA puts the bound if nothing fixes it. */
  readonly lastKnown: string | null;
}

/**
 * Whether a version is among those affected, by the evaluation of the OSV schema
 * (https://ossf.github.io/osv-schema/#evaluation). Where that leaves something open, it
 * errs to telling:
 * - bounds that cannot be read close nothing; without `introduced`, a range begins at 0;
 * - an entry without ranges and versions (or with ranges of commits only) means them all;
 * - a version that cannot be read counts as affected if there is any range.
 */
export function affectedCheck(
  affected: AffectedVersions,
  ecosystem: OsvEcosystem,
): (version: string) => boolean {
  const ranges = affected.ranges.map((bounds) => readRange(bounds, affected.lastKnown));
  const named = new Set(affected.versions.map(normalVersion));
  if (ranges.length === 0 && named.size === 0) return () => true;
  return (text) => {
    if (named.has(normalVersion(text))) return true;
    const question = asked(text, ecosystem);
    if (question === null) return ranges.length > 0;
    // Beside a range, the list of versions is only what that stood for one day.
    if (ranges.length === 0) return question.mayBeOneOf(affected.versions);
    return ranges.some((range) => covers(range, question));
  };
}

interface Range {
  /** In order; null is before every version. */
  readonly bounds: readonly { readonly kind: BoundKind; readonly at: Version | null }[];
  readonly limits: readonly Version[];
}

/** At equal versions, what opens a range comes before what closes it. */
const rank: Readonly<Record<BoundKind, number>> = {
  introduced: 0,
  last_affected: 1,
  before: 2,
  fixed: 3,
  limit: 4,
};

function readRange(written: readonly Bound[], lastKnown: string | null): Range {
  const bounds: { kind: BoundKind; at: Version | null }[] = [];
  const limits: Version[] = [];
  let isUnlimited = false;
  for (const { kind, version } of written) {
    const at = readVersion(version);
    if (kind === 'introduced') bounds.push({ kind, at: version === '0' ? null : at });
    else if (kind !== 'limit') at !== null && bounds.push({ kind, at });
    else if (at === null) isUnlimited = true;
    else limits.push(at);
  }
  if (!bounds.some(({ kind }) => kind === 'introduced')) {
    bounds.push({ kind: 'introduced', at: null });
  }
  bounds.sort(
    (one, other) =>
      inOrderOrLowest(one.at, other.at) || rank[one.kind] - rank[other.kind],
  );
  const [, operator, text = ''] = /^\s*(<=?|=)\s*(\S+)\s*$/.exec(lastKnown ?? '') ?? [];
  const at = readVersion(text);
  if (bounds.at(-1)?.kind === 'introduced' && at !== null) {
    bounds.push({ kind: operator === '<' ? 'before' : 'last_affected', at });
  }
  return { bounds, limits: isUnlimited ? [] : limits };
}

function inOrderOrLowest(one: Version | null, other: Version | null): number {
  if (one === null || other === null)
    return Number(one !== null) - Number(other !== null);
  return inOrder(one, other);
}

function covers({ bounds, limits }: Range, question: Question): boolean {
  const { version } = question;
  let isAffected = false;
  for (const { kind, at } of bounds) {
    const order = at === null ? 1 : inOrder(version, at);
    if (order < 0) break;
    if (kind === 'introduced') isAffected = true;
    else if (kind !== 'last_affected') isAffected = false;
    else if (order > 0 && !(at && question.mayBe(at))) isAffected = false;
  }
  if (!isAffected || limits.length === 0) return isAffected;
  return limits.some((limit) => inOrder(version, limit) < 0);
}
