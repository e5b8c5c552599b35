import type { DependencyFinding } from '../../../core/finding.ts';
import { formatCount } from '../../../core/units.ts';
import type { ImageReference } from '../../../dependencies/docker/image-reference.ts';
import type { ImageUse } from '../../../dependencies/docker/image-use.ts';
import {
  type Lifecycle,
  lifecycleOf,
  supportedRelease,
} from '../../../registries/end-of-life.ts';
import type { Endpoints } from '../../../registries/endpoints.ts';
import type { Http } from '../../../registries/http.ts';
import { imageDigest } from '../../../registries/image-registry.ts';
import type { FailedSources } from '../failed-sources.ts';
import { listed } from '../listed.ts';
import { judgeImage } from './judge-image.ts';
import { lifecycleKey, type NamedRelease, releasesOf } from './lifecycles-of.ts';
import { imagesOfUnknownLifecycle } from './unknown-lifecycles.ts';

interface Sources {
  /** Null where nobody is asked. */
  readonly http: Http | null;
  readonly endpoints: Endpoints;
  readonly failed: FailedSources;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** Asks once for each image and each release, and judges every place that names one. */
export async function auditImages(
  uses: readonly ImageUse[],
  sources: Sources,
): Promise<DependencyFinding[]> {
  const images = new Map(uses.map(({ image }) => [keyOf(image), image]));
  const named = [...images.values()].flatMap(releasesOf);
  const [lifecycles, supported, digests] = await Promise.all([
    lifecyclesOf(named, sources),
    supportedOf(named, sources),
    digestsOf(images, sources),
  ]);
  const unknown = imagesOfUnknownLifecycle(uses, lifecycles);
  if (unknown.length > 0) {
    const number = formatCount(unknown.length);
    const what = `until when ${number} ${unknown.length === 1 ? 'image is' : 'images are'} supported`;
    sources.failed.add('end of life', what, `Not known: ${listed(unknown)}.`, 'info');
  }
  return uses.flatMap((use) => {
    const { image } = use;
    const digest = digests.get(keyOf(image)) ?? 'not-asked';
    const isKnown = digest !== 'not-asked' && digest !== missing;
    return judgeImage(use, {
      lifecycles,
      supported,
      digest: digest === missing ? null : digest,
      lockedDigestIsNewest:
        image.digest !== null && isKnown ? image.digest === digest : null,
      now: sources.now,
    });
  });
}

const missing = Symbol('the registry has no such tag');

/** Null where nobody knows; without an entry where a source failed. */
async function lifecyclesOf(
  named: readonly NamedRelease[],
  { http, endpoints, failed, signal, now }: Sources,
): Promise<ReadonlyMap<string, Lifecycle | null>> {
  const wanted = new Map(named.map((one) => [lifecycleKey(one), one]));
  const asked = [...wanted].map(async ([key, { product, release }]) => {
    const answer = await failed.attempt(
      'until when a release is supported',
      async () => ({
        known: await lifecycleOf(product, release, http, endpoints, signal, now),
      }),
    );
    return answer === null ? null : ([key, answer.known] as const);
  });
  return new Map((await Promise.all(asked)).filter((entry) => entry !== null));
}

async function supportedOf(
  named: readonly NamedRelease[],
  { http, endpoints, failed, signal, now }: Sources,
): Promise<ReadonlyMap<string, string | null>> {
  const products = new Set(named.map(({ product }) => product));
  const asked = [...products].map(async (product) => {
    const known = await failed.attempt('which release is supported', () =>
      supportedRelease(product, http, endpoints, signal, now),
    );
    return [product, known] as const;
  });
  return new Map(await Promise.all(asked));
}

/** What each tag stands for now. A digest alone stands for itself. */
async function digestsOf(
  images: ReadonlyMap<string, ImageReference>,
  { http, endpoints, failed, signal }: Sources,
): Promise<ReadonlyMap<string, string | typeof missing>> {
  if (!http) return new Map();
  const asked = [...images].map(async ([key, { registry, repository, tag, digest }]) => {
    if (tag === null && digest !== null) return null;
    const question = { registry, repository, reference: tag ?? 'latest' };
    const answer = await failed.attempt('what an image tag stands for', async () => {
      return (await imageDigest(question, http, endpoints, signal)) ?? missing;
    });
    return answer === null ? null : ([key, answer] as const);
  });
  return new Map((await Promise.all(asked)).filter((entry) => entry !== null));
}

function keyOf({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}:${tag ?? ''}@${digest ?? ''}`;
}
