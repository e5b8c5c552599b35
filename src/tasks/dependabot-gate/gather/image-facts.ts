import { messageOf } from '../../../core/message-of.ts';
import { splitTag } from '../../../dependencies/docker/tag-parts.ts';
import { type Lifecycle, lifecycleOf } from '../../../registries/end-of-life.ts';
import { imageDigest } from '../../../registries/image-registry.ts';
import type { ImageChange } from '../delta/dockerfile-delta.ts';
import type { ImageFacts } from '../evidence.ts';
import type { Sources } from './ask-registries.ts';

/** Asks what a changed image stands for, and until when what is in it gets fixes. */
export async function imageFacts(
  change: ImageChange,
  { http, endpoints, signal, now }: Sources,
): Promise<ImageFacts> {
  const { registry, repository, tag, digest } = change.after;
  const failures: string[] = [];
  const lifecycles: Lifecycle[] = [];
  let currentDigest: string | null = null;
  const attempt = async (question: () => Promise<void>) => {
    try {
      await question();
    } catch (error) {
      signal.throwIfAborted();
      failures.push(`${messageOf(error).replace(/\.$/, '')}.`);
    }
  };
  await attempt(async () => {
    const reference = tag ?? digest ?? 'latest';
    const image = { registry, repository, reference };
    currentDigest = await imageDigest(image, http, endpoints, signal);
  });
  for (const { product, release } of splitTag(change.after)) {
    if (release === null) continue;
    await attempt(async () => {
      const found = await lifecycleOf(product, release, http, endpoints, signal, now);
      if (found) lifecycles.push(found);
    });
  }
  return { change, lifecycles, currentDigest, failures };
}
