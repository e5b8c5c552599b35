import {
  type Finding,
  type FindingCode,
  finding,
  type Severity,
} from '../../../core/finding.ts';
import { nameSome } from '../../../core/name-some.ts';
import { formatCount } from '../../../core/units.ts';

/** What is wrong with one backup. */
export interface Case {
  readonly key: string;
  /** A sentence that names the backup. */
  readonly message: string;
}

interface FoldOptions {
  /** What the backups have in common, in the plural: `end before their archive does`. */
  readonly all: string;
  readonly severity?: Severity;
  readonly remedy?: string;
}

/** Makes one finding of equal cases, however many there are; none of none. */
export function fold(
  code: FindingCode,
  place: string,
  cases: readonly Case[],
  { all, ...details }: FoldOptions,
): Finding[] {
  const [only] = cases;
  if (only === undefined) return [];
  if (cases.length === 1) return [finding(code, only.key, only.message, details)];
  const names = nameSome(cases.map(({ key }) => key));
  const message = `${formatCount(cases.length)} backups ${all}: ${names}. ${only.message}`;
  return [finding(code, place, message, details)];
}
