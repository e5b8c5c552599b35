import type { GitRefs } from '../../../registries/git-refs.ts';

/** A tag that names a version: `v4.2.1`, `v4`, `codeql-bundle-v2.1.0`. */
export interface ReleaseTag {
  readonly name: string;
  /** Without prefix and `v`: `4.2.1`; as many numbers as the tag has. */
  readonly version: string;
  readonly numbers: readonly number[];
  /** What stands before it: tags of one repository may be of several actions. */
  readonly prefix: string;
  readonly isPrerelease: boolean;
}

const longestTag = 200;
const tagText =
  /^([A-Za-z][\w./-]*?[-/@_])?v?(\d{1,12}(?:\.\d{1,12}){0,3})([-+.]?[A-Za-z][\w.+-]*)?$/;

/** Reads the name of a tag; null where it names no version. */
export function readReleaseTag(name: string): ReleaseTag | null {
  if (name.length > longestTag) return null;
  const [, prefix = '', version, suffix = ''] = tagText.exec(name) ?? [];
  if (version === undefined) return null;
  const numbers = version.split('.').map(Number);
  return {
    ...{ name, numbers, prefix },
    version: `${version}${suffix}`,
    isPrerelease: suffix !== '' && !suffix.startsWith('+'),
  };
}

/** Whether it names one release, rather than the newest of a major version. */
export function isExact({ numbers, isPrerelease }: ReleaseTag): boolean {
  return numbers.length >= 3 || isPrerelease;
}

/** Orders tags by their numbers; a prerelease stands before its release. */
export function compareTags(a: ReleaseTag, b: ReleaseTag): number {
  for (let at = 0; at < Math.max(a.numbers.length, b.numbers.length); at++) {
    const difference = (a.numbers[at] ?? 0) - (b.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(b.isPrerelease) - Number(a.isPrerelease);
}

/** The version tags of a repository, from the oldest to the newest. */
export function releaseTags(refs: GitRefs): ReleaseTag[] {
  return [...refs.tags.keys()]
    .flatMap((name) => readReleaseTag(name) ?? [])
    .toSorted(compareTags);
}

/** The tag that says best what a commit is: the most exact, then the newest. */
export function tagOfCommit(commit: string, refs: GitRefs): ReleaseTag | null {
  const tags = [...refs.tags]
    .filter(([, sha]) => sha === commit)
    .flatMap(([name]) => readReleaseTag(name) ?? []);
  const newestFirst = tags.toSorted(
    (a, b) => b.numbers.length - a.numbers.length || compareTags(b, a),
  );
  return newestFirst[0] ?? null;
}
