import type { ImageReference } from './image-reference.ts';
import {
  isDistribution,
  productOf,
  productOfTagWord,
  releaseOf,
  releaseOfCodename,
} from './products.ts';

/** One of the things that a tag says: `latest-pg15` says TimescaleDB, and PostgreSQL 15. */
export interface TagPart {
  /** As endoflife.date names it; of images that it does not know, the image's own name. */
  readonly product: string;
  /** As endoflife.date counts them; null where the tag moves from one to the next. */
  readonly release: string | null;
  /** As it stands in the tag; empty where the tag says nothing of it. */
  readonly text: string;
  /** What the image is of, what else is in it, or what it runs on. */
  readonly role: 'main' | 'component' | 'distribution';
}

/** What such a tag stands for is for others to say, whenever they like. */
const movingWords: ReadonlySet<string> = new Set([
  ...[
    'latest',
    'stable',
    'lts',
    'edge',
    'nightly',
    'main',
    'master',
    'current',
    'canary',
  ],
  ...[
    'dev',
    'devel',
    'develop',
    'rolling',
    'mainline',
    'beta',
    'next',
    'testing',
    'head',
  ],
  ...['unstable', 'trunk', 'sid', 'oldstable', 'oldoldstable', 'rawhide', 'experimental'],
]);

/** They tell one build of a release from another, and no release. */
const variantWords: ReadonlySet<string> = new Set([
  ...[
    'slim',
    'alpine',
    'fpm',
    'apache',
    'cli',
    'zts',
    'jdk',
    'jre',
    'management',
    'perl',
  ],
  ...['otel', 'debug', 'nonroot', 'full', 'minimal', 'scm', 'curl', 'core', 'all', 'oss'],
  ...['windowsservercore', 'nanoserver', 'distroless', 'ubuntu', 'debian', 'static'],
]);

const version = /^v?\d+(?:\.\d+)*(?:[a-z]+\d*)?$/;
const wordWithVersion = /^([a-z]+)(\d+(?:\.\d+)*(?:[a-z]+\d*)?)$/;
const snapshot = /^\d{8}(?:\.\d+)?$/;

/**
 * Splits a composite tag into what it says of the image's own product, of what else is in
 * it and of the distribution below. The first part is always that of the image itself.
 */
export function splitTag(image: ImageReference): TagPart[] {
  const words = (image.tag ?? '').split('-').filter((word) => word !== '');
  const product = productOf(image) ?? image.name;
  const others = new Map<string, TagPart>();
  let main: TagPart | null = null;

  const note = (of: string, release: string | null, text: string) => {
    if (of === product) {
      if (main === null || main.release === null) main = mainPart(of, release, text);
    } else if (others.get(of)?.release == null) {
      const role = isDistribution(of) ? 'distribution' : 'component';
      others.set(of, { product: of, release, text, role });
    }
  };

  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = words[at + 1] ?? '';
    const codename = releaseOfCodename(word.toLowerCase());
    const [, prefix = '', number = ''] = wordWithVersion.exec(word) ?? [];
    const prefixed = productOfTagWord(prefix);
    const named = productOfTagWord(word);
    if (codename) {
      const isDated = snapshot.test(next);
      note(codename.product, codename.release, isDated ? `${word}-${next}` : word);
      if (isDated) at++;
    } else if (prefixed !== null) note(prefixed, releaseOf(prefixed, number), word);
    else if (named !== null && version.test(next) && !snapshot.test(next)) {
      note(named, releaseOf(named, next), `${word}-${next}`);
      at++;
    } else if (named !== null) note(named, null, word);
    else if (at === 0) main = firstWord(image, product, word);
  }
  main ??= mainPart(product, null, '');
  const below = distributionOfName(image.repository);
  if (below !== null && !others.has(below.product)) others.set(below.product, below);
  return [main, ...others.values()];
}

function mainPart(product: string, release: string | null, text: string): TagPart {
  const role = isDistribution(product) ? 'distribution' : 'main';
  return { product, release, text, role };
}

function firstWord(image: ImageReference, product: string, word: string): TagPart | null {
  const lower = word.toLowerCase();
  if (movingWords.has(lower)) return mainPart(product, null, word);
  if (variantWords.has(lower)) return null;
  // Whatever it says, it is one thing that it says: `sha-0a1b2c3`, `release-2024`.
  if (!version.test(word)) return mainPart(product, image.tag, image.tag ?? '');
  const isKnown = productOf(image) !== null;
  return mainPart(product, isKnown ? releaseOf(product, word) : word, word);
}

/** Images without a distribution in their tags may have it in their names. */
function distributionOfName(repository: string): TagPart | null {
  const [, release] = /-debian(\d{1,2})$/.exec(repository) ?? [];
  if (release === undefined) return null;
  return { product: 'debian', release, text: `debian${release}`, role: 'distribution' };
}
