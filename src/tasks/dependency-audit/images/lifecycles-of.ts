import type { ImageReference } from '../../../dependencies/docker/image-reference.ts';
import { splitTag } from '../../../dependencies/docker/tag-parts.ts';
import type { Lifecycle } from '../../../registries/end-of-life.ts';

/** A release of a product, as the catalogue of lifecycles is asked for it. */
export interface NamedRelease {
  readonly product: string;
  readonly release: string;
  /** Whether the image stands on it, rather than to be it or to bring it along. */
  readonly isBelow: boolean;
}

/** The releases that the tag of an image names, and which may have an end of life. */
export function releasesOf(image: ImageReference): NamedRelease[] {
  return splitTag(image).flatMap(({ product, release, role }, index) =>
    release === null
      ? []
      : [{ product, release, isBelow: role === 'distribution' && index > 0 }],
  );
}

/** What lifecycles are kept by: `debian 12`. */
export function lifecycleKey({
  product,
  release,
}: Pick<NamedRelease, 'product' | 'release'>): string {
  return `${product} ${release}`;
}

/** Whether a release gets no more fixes; false also where nobody knows. */
export function isOver({ isEndOfLife, endOfLifeOn }: Lifecycle, now: Date): boolean {
  if (isEndOfLife !== null) return isEndOfLife;
  return endOfLifeOn !== null && endOfLifeOn < now.toISOString().slice(0, 10);
}
