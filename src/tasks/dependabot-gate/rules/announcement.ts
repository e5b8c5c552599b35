import type { ImageReference } from '../../../dependencies/docker/image-reference.ts';
import type { AnnouncedUpdate } from '../announced.ts';
import { type ImageChange, isNameOf } from '../delta/dockerfile-delta.ts';
import type { Evidence } from '../evidence.ts';
import { block, type Reason, type Rule, review } from '../reason.ts';

type Facts = Pick<Evidence, 'announced' | 'incoming' | 'lockfiles' | 'images'>;

/** What the commits announce, against what comes. */
export const announcement: Rule<Facts> = {
  name: 'announcement',
  holds: 'what is announced is what comes',
  judge(facts) {
    const { updates, problems } = facts.announced;
    return [
      ...problems.map((problem) => review('unexpected-change', problem)),
      ...updates.flatMap((update) => judgeUpdate(update, facts)),
    ];
  },
};

function judgeUpdate(update: AnnouncedUpdate, facts: Facts): Reason[] {
  const { name, to } = update;
  if (to === null) {
    return [review('unexpected-change', `${name} is announced without a version.`)];
  }
  const images = facts.images.filter(({ after }) => isNameOf(name, after));
  if (images.length > 0) return judgeImages({ ...update, to }, images);
  const coming = facts.incoming.filter((one) => one.name === name);
  if (!coming.some(({ kind }) => kind === 'announced')) {
    const versions = [...new Set(coming.map(({ version }) => version))].join(', ');
    return versions === ''
      ? [review('unexpected-change', `${name} ${to} is announced, and none comes.`)]
      : [
          block(
            'unexpected-change',
            `${name} ${to} is announced, and ${versions} comes.`,
          ),
        ];
  }
  return judgeFormer(update, facts);
}

/** What goes must be what was announced to go. */
function judgeFormer({ name, from, to }: AnnouncedUpdate, facts: Facts): Reason[] {
  const gone = facts.lockfiles
    .flatMap(({ delta }) => delta.outgoing)
    .filter((one) => one.name === name)
    .map(({ version }) => version);
  if (gone.length === 0) {
    return [
      review('unexpected-change', `${name} ${to} comes, and no version of it goes.`),
    ];
  }
  if (from === null || gone.includes(from)) return [];
  const message = `${name} is announced to leave ${from}, and ${gone.join(', ')} leaves.`;
  return [review('unexpected-change', message)];
}

function judgeImages(
  { name, from, to }: AnnouncedUpdate & { readonly to: string },
  images: readonly ImageChange[],
): Reason[] {
  if (!images.every(({ after }) => isAt(after, to))) {
    return [
      review('unexpected-change', `${name} ${to} is announced, and another comes.`),
    ];
  }
  if (from === null || images.some(({ before }) => isAt(before, from))) return [];
  const message = `${name} is announced to leave ${from}, and another leaves.`;
  return [review('unexpected-change', message)];
}

/** A digest may be shortened. */
function isAt({ tag, digest }: ImageReference, said: string): boolean {
  return tag === said || digest?.replace('sha256:', '').startsWith(said) === true;
}
