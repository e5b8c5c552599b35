import type { ImageReference } from '../../../dependencies/docker/image-reference.ts';
import type { ImageUse } from '../../../dependencies/docker/image-use.ts';
import { productOf } from '../../../dependencies/docker/products.ts';
import { splitTag } from '../../../dependencies/docker/tag-parts.ts';
import type { Lifecycle } from '../../../registries/end-of-life.ts';
import { lifecycleKey, releasesOf } from './lifecycles-of.ts';

/**
 * The images of which no part has a lifecycle that is known: they may have had no fixes for
 * years. Not among them are those of which a source failed, which is told already, and what
 * reads a Dockerfile, which is in no image that is built.
 */
export function imagesOfUnknownLifecycle(
  uses: readonly ImageUse[],
  lifecycles: ReadonlyMap<string, Lifecycle | null>,
): string[] {
  const unknown = uses
    .filter(({ image, role }) => role !== 'syntax' && !movesWithReleases(image))
    .filter(({ image }) =>
      releasesOf(image).every((named) => isUnknown(lifecycles.get(lifecycleKey(named)))),
    );
  return [...new Set(unknown.map(({ image }) => nameOf(image)))].sort();
}

/** The catalogue has releases of which it does not say until when. */
function isUnknown(lifecycle: Lifecycle | null | undefined): boolean {
  if (lifecycle === undefined) return false;
  return lifecycle?.isEndOfLife == null && lifecycle?.endOfLifeOn == null;
}

/** `node:lts` is of the newest release whenever it is pulled: that it floats is told. */
function movesWithReleases(image: ImageReference): boolean {
  if (image.digest !== null || productOf(image) === null) return false;
  const [main, ...others] = splitTag(image);
  return [main, ...others].every(
    (part) => part?.release === null && !/\d|^old/.test(part.text),
  );
}

function nameOf({ name, tag, digest }: ImageReference): string {
  if (tag !== null) return `${name}:${tag}`;
  return digest === null ? name : `${name}@${digest.slice(0, 19)}…`;
}
