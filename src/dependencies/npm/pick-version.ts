import semver from 'semver';
import type { PublishedPackage, PublishedVersion } from '../model.ts';

/**
 * Picks the version of a package that npm would install for a range: the one called
 * `latest` if it is within the range, else the newest; in both, those that are deprecated or
 * do not run come last. Null where no version is within the range.
 *
 * Source: npm-pick-manifest.
 */
export function pickVersion(
  { versions, latest }: PublishedPackage,
  range: string,
  runs: (needs: string | null) => boolean,
): PublishedVersion | null {
  const options = { loose: true };
  // Of all versions only `latest` may be a pre-release in an asterisk.
  const isWithin = ({ version }: PublishedVersion) =>
    semver.satisfies(version, range, options);
  const preferred = versions.find(({ version }) => version === latest);
  if (
    preferred &&
    (range === '*' || isWithin(preferred)) &&
    rank(preferred, runs) === 3
  ) {
    return preferred;
  }
  const [first] = versions
    .filter(isWithin)
    .map((published) => ({ published, rank: rank(published, runs) }))
    .sort(
      (a, b) =>
        b.rank - a.rank ||
        semver.rcompare(a.published.version, b.published.version, options),
    );
  return first?.published ?? null;
}

/** What runs stands before what is not deprecated. */
function rank(
  { needs, deprecated }: PublishedVersion,
  runs: (needs: string | null) => boolean,
): number {
  return (runs(needs) ? 2 : 0) + (deprecated === null ? 1 : 0);
}
