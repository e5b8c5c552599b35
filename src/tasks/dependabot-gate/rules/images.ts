import type { ImageReference } from '../../../dependencies/docker/image-reference.ts';
import { splitTag } from '../../../dependencies/docker/tag-parts.ts';
import { isNameOf } from '../delta/dockerfile-delta.ts';
import type { Evidence, ImageFacts } from '../evidence.ts';
import { memberOfImage } from '../members.ts';
import { type Reason, type Rule, review } from '../reason.ts';

type Facts = Pick<Evidence, 'images' | 'imageFacts' | 'otherLines' | 'announced'>;

/** Of a Dockerfile, only the tag and digest of announced images may change. */
export const images: Rule<Facts> = {
  name: 'images',
  holds: 'images stay the same product, in a release that gets fixes',
  judge(facts) {
    return [
      ...facts.otherLines.map((at) =>
        review('unexpected-change', `${at} changes more than the tag of an image.`),
      ),
      ...facts.imageFacts.flatMap((one) => judgeImage(one, facts)),
    ];
  },
};

function judgeImage(image: ImageFacts, { announced }: Facts): Reason[] {
  const { change, lifecycles, currentDigest, failures } = image;
  const { before, after } = change;
  const member = memberOfImage(change);
  const shown = `${after.name}:${member.version}`;
  const say = (code: Reason['code'], message: string) =>
    review(code, message, { member });
  const reasons = failures.map((failure) => say('source-failed', failure));
  if (before.name !== after.name) {
    reasons.push(say('new-source', `${after.name} comes in place of ${before.name}.`));
  }
  if (!announced.updates.some(({ name }) => isNameOf(name, after))) {
    reasons.push(say('unexpected-change', `${shown} comes, and is not announced.`));
  }
  if (shapeOf(before) !== shapeOf(after)) {
    const message = `${before.tag} → ${after.tag} is another kind of tag.`;
    reasons.push(say('incompatible-update', message));
  } else if (majorOf(before) !== majorOf(after) || leavesZero(before, after)) {
    const message = `${before.tag} → ${after.tag} is another release.`;
    reasons.push(say('incompatible-update', message));
  } else if (goesBack(before, after)) {
    const message = `${before.tag} → ${after.tag} goes back.`;
    reasons.push(say('incompatible-update', message));
  }
  for (const { product, release, isEndOfLife, endOfLifeOn } of lifecycles) {
    if (isEndOfLife !== true) continue;
    const since = endOfLifeOn === null ? '' : ` since ${endOfLifeOn}`;
    reasons.push(
      say('end-of-life', `${shown}: ${product} ${release} is unsupported${since}.`),
    );
  }
  if (currentDigest === null) {
    reasons.push(say('unexpected-change', `The registry has no ${shown}.`));
  } else if (after.digest !== null && currentDigest !== after.digest) {
    reasons.push(say('unexpected-change', `${shown} stands for another digest by now.`));
  }
  return reasons;
}

const numbers = /\d+(?:\.\d+)*/g;

/** A tag without its numbers. */
function shapeOf({ tag, digest }: ImageReference): string {
  return `${(tag ?? '').replace(numbers, 'N')} ${digest === null}`;
}

/** The numbers of two tags of the same shape, in pairs. */
function pairs(before: ImageReference, after: ImageReference): [number[], number[]][] {
  const read = ({ tag }: ImageReference) =>
    (tag?.match(numbers) ?? []).map((text) => text.split('.').map(Number));
  const now = read(after);
  return read(before).map((was, index) => [was, now[index] ?? []]);
}

/** In 0.x a minor is what a major is elsewhere. */
function leavesZero(before: ImageReference, after: ImageReference): boolean {
  return pairs(before, after).some(
    ([was, is]) => was[0] === 0 && was.length > 1 && (is[0] !== 0 || was[1] !== is[1]),
  );
}

function goesBack(before: ImageReference, after: ImageReference): boolean {
  return pairs(before, after).some(([was, is]) => {
    const at = was.findIndex((part, index) => part !== is[index]);
    return at >= 0 && (is[at] ?? -1) < (was[at] ?? -1);
  });
}

/** The releases that a tag speaks of, as far as a new one may break something. */
function majorOf(image: ImageReference): string {
  const major = (release: string | null) => release?.split('.')[0] ?? '';
  return splitTag(image)
    .map(({ product, release }) => `${product} ${major(release)}`)
    .join();
}
