import type { ImageReference } from '../../../dependencies/docker/image-reference.ts';
import { splitTag, type TagPart } from '../../../dependencies/docker/tag-parts.ts';

/** A product that is not built any more for a release of another. */
interface DroppedBuild {
  /** The last release that was built for it. */
  readonly last: string;
  /** The first that was not. */
  readonly since: string;
}

/**
 * Of TimescaleDB, by release of PostgreSQL: from its changelog and the build matrix of its
 * image. No catalogue of lifecycles has such pairs.
 */
const timescaleBuilds = new Map<string, DroppedBuild>([
  ['13', { last: '2.15', since: '2.16.0' }],
  ['14', { last: '2.19', since: '2.20.0' }],
  ['15', { last: '2.28', since: '2.29.0 of 2026-07-28' }],
]);

/** Why a tag that floats stands still all the same; null where nothing is known against it. */
export function whyFrozen(image: ImageReference): string | null {
  const [main, ...others] = splitTag(image);
  if (main?.product !== 'timescaledb' || main.release !== null) return null;
  return others.map(whyLeft).find((why) => why !== null) ?? null;
}

function whyLeft({ product, release }: TagPart): string | null {
  const dropped =
    product === 'postgresql' ? timescaleBuilds.get(release ?? '') : undefined;
  if (dropped === undefined) return null;
  return `TimescaleDB is not built for PostgreSQL ${release} since ${dropped.since}, and the last that this tag can bring is ${dropped.last}`;
}
