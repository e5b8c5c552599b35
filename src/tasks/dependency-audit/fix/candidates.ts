import type {
  LockedPackage,
  PublishedPackage,
  PublishedVersion,
} from '../../../dependencies/model.ts';
import { compareVersions, isPrerelease } from '../../../dependencies/version.ts';
import type { FixWorld } from './world.ts';

/** A version to which a package could move. */
export type Candidate = Pick<PublishedVersion, 'version' | 'publishedAt' | 'deprecated'>;

/** Cooled-down ones first, each group from the lowest on: the smallest step is the safest. */
export function clearVersions(
  world: FixWorld,
  locked: LockedPackage,
  { versions }: PublishedPackage,
): Candidate[] {
  const clear = newerThan(locked, versions).filter(isClearOf(world, locked));
  const isCool = ({ publishedAt }: Candidate) => world.isCool(publishedAt);
  return [...clear.filter(isCool), ...clear.filter((one) => !isCool(one))];
}

/** Published, not yanked, and above what is locked; pre-releases only where one is locked. */
export function newerThan(
  { version: from }: LockedPackage,
  versions: readonly PublishedVersion[],
): PublishedVersion[] {
  const early = isPrerelease(from);
  return versions
    .filter(
      ({ version, yanked }) =>
        !yanked &&
        (early || !isPrerelease(version)) &&
        compareVersions(version, from) > 0,
    )
    .sort((a, b) => compareVersions(a.version, b.version));
}

/** A version of which only an advisory tells. */
export function asCandidate(version: string): Candidate {
  return { version, publishedAt: null, deprecated: null };
}

/** Whether a version lies above what is locked, and no advisory is about it. */
export function isClearOf(world: FixWorld, { name, version: from }: LockedPackage) {
  return ({ version }: Candidate) =>
    compareVersions(version, from) > 0 && world.isClear(name, version);
}

/** The highest version that was not taken back; null where there is none. */
export function newestOf({ versions }: PublishedPackage): string | null {
  const usable = versions.filter(({ yanked }) => !yanked).map(({ version }) => version);
  return usable.sort(compareVersions).at(-1) ?? null;
}
