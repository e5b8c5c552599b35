import type { Advisory } from '../../advisories/advisory.ts';
import type { LockedPackage, PublishedVersion } from '../../dependencies/model.ts';
import { compareVersions, isPrerelease } from '../../dependencies/version.ts';
import { type Incoming, type Knowledge, keyOf } from './evidence.ts';

/** What the registry has of a version; null for nothing, `undefined` where nobody told. */
export function publishedVersion(
  incoming: Pick<Incoming, 'ecosystem' | 'name' | 'version'>,
  { published }: Knowledge,
): PublishedVersion | null | undefined {
  const known = published.get(keyOf(incoming));
  if (!known) return known;
  return known.versions.find(({ version }) => version === incoming.version) ?? null;
}

/**
 * The version that an incoming one takes the place of: the highest of those that go and are
 * not higher themselves. Null where none goes.
 */
export function replacedBy({ former, version }: Incoming): LockedPackage | null {
  const olds = former.toSorted((a, b) => compareVersions(b.version, a.version));
  return (
    olds.find((old) => compareVersions(old.version, version) <= 0) ?? olds[0] ?? null
  );
}

/**
 * The advisories that hit an incoming version and not the one that it replaces. What is
 * meant to harm counts in any case.
 */
export function introducedBy(
  incoming: Incoming,
  knowledge: Knowledge,
): readonly Advisory[] {
  const kept = new Set(keptBy(incoming, knowledge));
  return affecting(incoming, knowledge).filter((one) => !kept.has(one));
}

/** The advisories that hit an incoming version, and have hit the one that it replaces. */
export function keptBy(incoming: Incoming, knowledge: Knowledge): readonly Advisory[] {
  const old = replacedBy(incoming);
  return affecting(incoming, knowledge).filter(
    (one) => old !== null && one.class !== 'malicious' && one.affects(old.version),
  );
}

function affecting(incoming: Incoming, { advisories }: Knowledge): readonly Advisory[] {
  const all = advisories.get(keyOf(incoming)) ?? [];
  return all.filter((one) => one.affects(incoming.version));
}

/** The vulnerabilities that are gone with the versions that an incoming one replaces. */
export function clearedBy(
  { former, version, ...rest }: Incoming,
  { advisories }: Knowledge,
): readonly Advisory[] {
  return (advisories.get(keyOf(rest)) ?? []).filter(
    (one) =>
      (one.class === 'vulnerable' || one.class === 'malicious') &&
      !one.affects(version) &&
      former.some((old) => one.affects(old.version)),
  );
}

/**
 * A vulnerability that an incoming version clears, and no lower one does; null where it
 * goes further than any needs.
 */
export function clearsAsLowest(
  incoming: Incoming,
  knowledge: Knowledge,
): Advisory | null {
  const versions = knowledge.published.get(keyOf(incoming))?.versions ?? [];
  const { version, former } = incoming;
  return (
    clearedBy(incoming, knowledge).find((advisory) => {
      const hit = former.filter((old) => advisory.affects(old.version));
      return !versions.some(
        (lower) =>
          !lower.yanked &&
          !isPrerelease(lower.version) &&
          !advisory.affects(lower.version) &&
          compareVersions(lower.version, version) < 0 &&
          hit.every((old) => compareVersions(lower.version, old.version) > 0),
      );
    }) ?? null
  );
}
