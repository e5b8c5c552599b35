import type { AdvisorySeverity } from './advisory.ts';
import { cvssScore } from './cvss.ts';

export interface Rating {
  readonly severity: AdvisorySeverity | null;
  readonly score: number | null;
}

/** Gravest first. */
export const severities = ['critical', 'high', 'medium', 'low'] as const;

const words: ReadonlyMap<string, AdvisorySeverity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  // GHSA's word for it.
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['low', 'low'],
]);

/** What the words (GHSA) and vectors (CVSS) of a record come to: words go before vectors. */
export function ratingOf(said: readonly string[], vectors: readonly string[]): Rating {
  const known = said.flatMap((word) => words.get(word.toLowerCase()) ?? []);
  const scores = vectors.map(cvssScore).filter((score) => score !== null);
  const score = scores.length === 0 ? null : Math.max(...scores);
  return { severity: gravest(known) ?? (score === null ? null : wordFor(score)), score };
}

/** The gravest that is known; null where nobody said. */
export function gravest(
  known: readonly (AdvisorySeverity | null)[],
): AdvisorySeverity | null {
  return severities.find((severity) => known.includes(severity)) ?? null;
}

/** https://www.first.org/cvss/v3.1/specification-document, section 5; none counts as low. */
function wordFor(score: number): AdvisorySeverity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  return score >= 4 ? 'medium' : 'low';
}
