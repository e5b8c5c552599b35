import type { Advisory } from '../../../advisories/advisory.ts';
import { type DependencyFinding, dependencyFinding } from '../../../core/finding.ts';
import type { ActionUse } from '../../../dependencies/github-actions/action-use.ts';
import type { GitRefs } from '../../../registries/git-refs.ts';
import {
  type ActionFacts,
  detailsOf,
  nameOf,
  pinnedLine,
  releaseInUse,
} from './action-facts.ts';
import { judgeActionPin } from './judge-pin.ts';
import { compareTags, isExact, type ReleaseTag, releaseTags } from './release-tag.ts';

/**
 * Judges one use of an action or reusable workflow: how it is pinned, whether anybody still
 * mends it, and what is known against the version that the commit stands for.
 */
export function judgeAction(use: ActionUse, facts: ActionFacts): DependencyFinding[] {
  const { refs, isArchived, advisories } = facts;
  const release = releaseInUse(use, refs);
  return [
    ...judgeActionPin(use, refs),
    ...(isArchived ? [archived(use, refs)] : []),
    ...(release === null ? [] : judgeAdvisories(use, release, refs, advisories)),
    ...(release === null || refs === null
      ? []
      : judgeAge(use, release, refs, advisories)),
  ];
}

function archived(use: ActionUse, refs: GitRefs | null): DependencyFinding {
  const message = `${use.owner}/${use.repository} is archived: it gets no more fixes.`;
  return dependencyFinding('archived', detailsOf(use, refs), message);
}

function judgeAdvisories(
  use: ActionUse,
  release: ReleaseTag,
  refs: GitRefs | null,
  advisories: readonly Advisory[],
): DependencyFinding[] {
  const hits = advisories.filter((one) => !one.withdrawn && isHit(one, release));
  const cleared = refs === null ? null : lowestClear(release, refs, advisories);
  const line =
    cleared === null || refs === null ? null : pinnedLine(use, cleared.name, refs);
  return hits.map((advisory) => {
    const details = {
      ...detailsOf(use, refs),
      advisory: advisory.id,
      aliases: advisory.aliases,
      fixedIn: advisory.fixedIn,
      ...(line === null ? {} : { fix: line }),
    };
    const message = `${nameOf(use)} ${release.name} has ${advisory.id}: ${advisory.summary}`;
    // Who does not say how bad it is may mean the worst.
    const severity =
      advisory.class === 'malicious' ? 'critical' : (advisory.severity ?? 'high');
    return dependencyFinding(advisory.class, details, message, { severity });
  });
}

/** `v4` alone counts as 4.0.0 for want of better: only a commit says more. */
function isHit(advisory: Advisory, { numbers, version }: ReleaseTag): boolean {
  const missing = ['.0.0', '.0'][numbers.length - 1] ?? '';
  const [core = ''] = /^[\d.]*\d/.exec(version) ?? [];
  return advisory.affects(`${core}${missing}${version.slice(core.length)}`);
}

function lowestClear(
  release: ReleaseTag,
  refs: GitRefs,
  advisories: readonly Advisory[],
): ReleaseTag | null {
  const clear = candidates(release, refs).find(
    (tag) => !advisories.some((one) => !one.withdrawn && isHit(one, tag)),
  );
  return clear ?? null;
}

function judgeAge(
  use: ActionUse,
  release: ReleaseTag,
  refs: GitRefs,
  advisories: readonly Advisory[],
): DependencyFinding[] {
  const newest = candidates(release, refs).findLast(
    (tag) => !advisories.some((one) => !one.withdrawn && isHit(one, tag)),
  );
  const line = newest === undefined ? null : pinnedLine(use, newest.name, refs);
  if (newest === undefined || line === null) return [];
  const message = `${nameOf(use)} ${release.name} is not the newest: ${newest.name} is.`;
  const details = { ...detailsOf(use, refs), fix: line };
  return [dependencyFinding('outdated', details, message, { severity: 'info' })];
}

/** The releases behind the one in use, of the same action: the oldest first. */
function candidates(release: ReleaseTag, refs: GitRefs): ReleaseTag[] {
  const same = releaseTags(refs).filter(
    ({ prefix, isPrerelease }) => prefix === release.prefix && !isPrerelease,
  );
  const newer = same.filter((tag) => compareTags(tag, release) > 0);
  // Some have no other tags than `v1` and `v2`.
  const exact = newer.filter(isExact);
  return exact.length > 0 ? exact : newer;
}
