import {
  type DependencyDetails,
  type DependencyFinding,
  dependencyFinding,
} from '../../../core/finding.ts';
import type { ImageReference } from '../../../dependencies/docker/image-reference.ts';
import type { ImageUse } from '../../../dependencies/docker/image-use.ts';
import { judgePin } from '../../../dependencies/docker/pin.ts';
import type { Lifecycle } from '../../../registries/end-of-life.ts';
import { whyFrozen } from './dropped-builds.ts';
import { isOver, lifecycleKey, releasesOf } from './lifecycles-of.ts';

/** What others say of an image. */
export interface ImageFacts {
  /** Of what `releasesOf` names, by `lifecycleKey`; null where nobody knows. */
  readonly lifecycles: ReadonlyMap<string, Lifecycle | null>;
  /** The release to move to, by product; null where none is known. */
  readonly supported: ReadonlyMap<string, string | null>;
  /** What the tag stands for now; null where the registry has no such tag. */
  readonly digest: string | null | 'not-asked';
  /** Whether the digest that is pinned is still that of the tag beside it. */
  readonly lockedDigestIsNewest: boolean | null;
  readonly now: Date;
}

/**
 * Judges one use of an image: what in it is past its end of life, whether its tag is frozen,
 * floating or can be moved, and whether a newer image stands behind a pinned tag.
 */
export function judgeImage(use: ImageUse, facts: ImageFacts): DependencyFinding[] {
  return [
    ...judgeLifecycles(use, facts),
    ...judgeTag(use, facts),
    ...judgePinning(use, facts),
    ...judgeDigest(use, facts),
  ];
}

function judgeLifecycles(use: ImageUse, facts: ImageFacts): DependencyFinding[] {
  return releasesOf(use.image).flatMap((named) => {
    const lifecycle = facts.lifecycles.get(lifecycleKey(named)) ?? null;
    if (lifecycle === null || !isOver(lifecycle, facts.now)) return [];
    const { product, release, endOfLifeOn, from } = lifecycle;
    const stands = named.isBelow ? 'stands on' : 'brings';
    const since = endOfLifeOn === null ? '' : ` since ${endOfLifeOn}`;
    const message = `${nameOf(use.image)} ${stands} ${product} ${release}, which gets no more fixes${since} (${from}).`;
    const next = facts.supported.get(named.product) ?? null;
    const remedy =
      next === null ? {} : { remedy: `Move to ${product} ${next}, which is supported.` };
    return [dependencyFinding('end-of-life', detailsOf(use), message, remedy)];
  });
}

function judgeTag(use: ImageUse, { digest }: ImageFacts): DependencyFinding[] {
  const name = nameOf(use.image);
  if (digest === null) {
    const message = `${use.image.registry} has no ${name} any more: it gets no more fixes, and can be pulled only where somebody keeps a copy.`;
    return [dependencyFinding('frozen-tag', detailsOf(use), message)];
  }
  const why = whyFrozen(use.image);
  if (why === null) return [];
  const message = `${name} looks as if it moved, and does not: ${why}.`;
  return [dependencyFinding('frozen-tag', detailsOf(use), message)];
}

function judgePinning(use: ImageUse, facts: ImageFacts): DependencyFinding[] {
  const pin = judgePin(use.image);
  if (pin === 'pinned') return [];
  const name = nameOf(use.image);
  const details = { ...detailsOf(use), ...fixOf(name, facts) };
  // What reads a Dockerfile is meant to move within its major version.
  const severity = use.role === 'syntax' ? ({ severity: 'info' } as const) : {};
  if (pin === 'unpinned') {
    const message = `${name} is pinned to no digest: its publisher can set the tag to other bytes at any time.`;
    return [dependencyFinding('unpinned', details, message, severity)];
  }
  const message = `${name} names no release, or one that moves: the next build may run another one.`;
  return [dependencyFinding('floating-tag', details, message, severity)];
}

function judgeDigest(use: ImageUse, facts: ImageFacts): DependencyFinding[] {
  if (facts.lockedDigestIsNewest !== false || use.image.digest === null) return [];
  const name = nameOf(use.image);
  const message = `A newer image stands behind ${name} than the one that is pinned.`;
  const details = { ...detailsOf(use), ...fixOf(name, facts) };
  return [dependencyFinding('outdated', details, message, { severity: 'info' })];
}

function fixOf(name: string, { digest }: ImageFacts): { fix?: string } {
  return digest === null || digest === 'not-asked' ? {} : { fix: `${name}@${digest}` };
}

function detailsOf({ image, path, line }: ImageUse): DependencyDetails {
  return {
    ecosystem: 'docker',
    package: image.name,
    version: image.tag ?? image.digest ?? 'latest',
    manifest: `${path}:${line}`,
  };
}

function nameOf({ name, tag, digest }: ImageReference): string {
  if (tag === null && digest !== null) return `${name}@${digest}`;
  return `${name}:${tag ?? 'latest'}`;
}
