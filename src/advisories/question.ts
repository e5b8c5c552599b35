import type { OsvEcosystem } from './advisory.ts';
import { inOrder, normalVersion, readVersion, type Version } from './version-order.ts';

/** The version that is asked for, and what else it may stand for. */
export interface Question {
  readonly version: Version;
  /** Whether this version is one that it may stand for. */
  mayBe(version: Version): boolean;
  mayBeOneOf(versions: readonly string[]): boolean;
}

const highest = Number.MAX_SAFE_INTEGER;

/**
 * Reads the version that is asked for; null where it cannot be read.
 *
 * Refs of actions are special. `v4` and `v4.1` are moved on to each release of their line,
 * and a branch to every release. So they stand for the newest thinkable version of their
 * line: what is fixed within it does not concern them, what is only known to be there "up
 * to 4.2.1" does. A commit's SHA stands for what nobody knows: null. Whoever can should
 * ask for the full tag of the commit instead.
 */
export function asked(text: string, ecosystem: OsvEcosystem): Question | null {
  if (ecosystem === 'GitHub Actions') {
    const [, major, minor] = /^v?(\d{1,15})(?:\.(\d{1,15}))?$/i.exec(text.trim()) ?? [];
    if (major !== undefined) return line(Number(major), minor ?? null);
    if (/^[0-9a-f]{40,64}$/i.test(text)) return null;
    if (readVersion(text) === null) return line(highest, null);
  }
  const version = readVersion(text);
  if (version === null) return null;
  return {
    version,
    mayBe: () => false,
    mayBeOneOf: () => false,
  };
}

function line(major: number, minor: string | null): Question | null {
  const version = readVersion(`${major}.${minor ?? highest}.${highest}`);
  if (version === null) return null;
  const mayBe = (other: Version) =>
    inOrder(other, version) <= 0 &&
    (major === highest || other.major === major) &&
    (minor === null || other.minor === Number(minor));
  return {
    version,
    mayBe,
    mayBeOneOf: (versions) =>
      versions.some((text) => {
        const other = readVersion(normalVersion(text));
        return other !== null && mayBe(other);
      }),
  };
}
