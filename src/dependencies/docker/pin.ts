import type { ImageReference } from './image-reference.ts';
import { splitTag } from './tag-parts.ts';

/** How well a reference says which image it means. */
export type ImagePin =
  /** A digest: these bytes, and no others. */
  | 'pinned'
  /** A tag of one release, which its publisher can set to other bytes. */
  | 'unpinned'
  /** A tag that moves from one release to the next, or none, which is `latest`. */
  | 'floating';

/**
 * Says how well an image is pinned. A distribution without a number (`22-alpine`) does not
 * make a tag floating: whatever is behind a tag without digest is built anew at times.
 */
export function judgePin(image: ImageReference): ImagePin {
  if (image.digest !== null) return 'pinned';
  if (image.tag === null) return 'floating';
  const isFloating = splitTag(image).some(
    ({ release, role }, index) =>
      release === null && (index === 0 || role === 'component'),
  );
  return isFloating ? 'floating' : 'unpinned';
}
