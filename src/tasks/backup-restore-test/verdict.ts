import type { Finding, FindingCode } from '../../core/finding.ts';
import type { Outcome } from '../../core/outcome.ts';

/** What a test says of a backup. Only `verified` is green. */
export type Verdict = 'verified' | 'failed' | 'not-verified';

/** These say that the machine, the log or the run is not fit, and nothing of the backup. */
const ofSurroundings: ReadonlySet<FindingCode> = new Set([
  'version-unsupported',
  'missing-extension',
  'disk-space',
  'not-checked',
  'starving',
  'log-not-written',
]);

/**
 * Makes the verdict: `failed` where something grave was found out about the backup or its
 * series, `verified` where everything was looked at and nothing was, else `not-verified`.
 */
export function verdictOf(outcome: Outcome, findings: readonly Finding[]): Verdict {
  if (outcome === 'blocked') return 'not-verified';
  const grave = findings.filter(
    ({ severity }) => severity === 'critical' || severity === 'high',
  );
  if (grave.some(({ code }) => !ofSurroundings.has(code))) return 'failed';
  if (grave.length > 0) return 'not-verified';
  if (outcome === 'succeeded') return 'verified';
  // By the wish of the user, lesser findings are grave, too.
  return outcome === 'attention' ? 'failed' : 'not-verified';
}
