import type { Finding, FindingCode } from '../../core/finding.ts';
import type { Outcome } from '../../core/outcome.ts';

/** What a test says of a backup. Only `verified` is green. */
export type Verdict = 'verified' | 'failed' | 'not-verified';

/** What the machine lacks. */
const lacks: ReadonlySet<FindingCode> = new Set([
  'version-unsupported',
  'missing-extension',
  'disk-space',
]);

/** Whether a finding says that the machine is not fit, and nothing of the backup. */
export function isLackOfMachine(code: FindingCode): boolean {
  return lacks.has(code);
}

/** These say nothing of the backup either. */
const ofSurroundings: ReadonlySet<FindingCode> = new Set([
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
  // An error of a restore for which the machine was not fit may be due to that.
  const isUnfit = grave.some(({ code }) => isLackOfMachine(code));
  const telling = grave.filter(
    ({ code }) =>
      !isLackOfMachine(code) &&
      !ofSurroundings.has(code) &&
      !(isUnfit && code === 'restore-error'),
  );
  if (telling.length > 0) return 'failed';
  if (grave.length > 0) return 'not-verified';
  if (outcome === 'succeeded') return 'verified';
  // By the wish of the user, lesser findings are grave, too.
  return outcome === 'attention' ? 'failed' : 'not-verified';
}
