import type { DependencyFinding, FindingCode } from '../../../core/finding.ts';

/** Counts the findings of some codes. */
export function countOf(
  findings: readonly DependencyFinding[],
  ...codes: readonly FindingCode[]
): number {
  return findings.filter(({ code }) => codes.includes(code)).length;
}
