import type { FindingCode } from '../../core/finding.ts';

/** What a reason does to a pull request: a person decides, or nobody merges it. */
export type Weight = 'review' | 'block';

/** What becomes of a pull request. */
export const decisions = ['merge', 'review', 'block'] as const;

export type Decision = (typeof decisions)[number];

/** The package, image or file that a reason is about. */
export interface Member {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  /** The file that names it. */
  readonly path: string;
}

/** Why a pull request may not be merged without anybody looking. */
export interface Reason {
  readonly weight: Weight;
  readonly code: FindingCode;
  /** One short sentence. */
  readonly message: string;
  readonly member?: Member;
  /** The advisory by all its names, the own one first. */
  readonly advisory?: readonly string[];
}

/** One thing that has to hold of a pull request. */
export interface Rule<Facts> {
  /** For the report: `author`. */
  readonly name: string;
  /** What holds where it finds nothing, in a few words. */
  readonly holds: string;
  /** Finds what speaks against the pull request. */
  judge(facts: Facts): readonly Reason[];
}

/** Makes a reason for a person to look. */
export function review(
  code: FindingCode,
  message: string,
  about: Pick<Reason, 'member' | 'advisory'> = {},
): Reason {
  return { weight: 'review', code, message: withoutCredentials(message), ...about };
}

/** Makes a reason not to merge at all. */
export function block(
  code: FindingCode,
  message: string,
  about: Pick<Reason, 'member' | 'advisory'> = {},
): Reason {
  return { weight: 'block', code, message: withoutCredentials(message), ...about };
}

/** Takes user and password out of the addresses in a text: reasons are shown to everybody. */
export function withoutCredentials(text: string): string {
  return text.replace(/(:[\\/]{2,})[^\s\\/?#]*@/g, '$1');
}
