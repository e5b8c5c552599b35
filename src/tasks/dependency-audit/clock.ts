import type { DependencyFinding, Severity } from '../../core/finding.ts';
import type { Policy } from '../../dependencies/policy.ts';

const dayMs = 86_400_000;

/** The day by which a danger is to be mended; null for what the policy sets no limit to. */
export function dueOn(
  { code, severity, firstSeen }: DependencyFinding,
  policy: Policy,
): string | null {
  if (code !== 'vulnerable' && code !== 'malicious') return null;
  const limits: Partial<Record<Severity, number>> = policy['fix-within'];
  const limitMs = limits[severity];
  if (firstSeen === undefined || limitMs === undefined) return null;
  return new Date(Date.parse(firstSeen) + limitMs).toISOString().slice(0, 10);
}

/** Says how long a danger has been open, and until when it is to be mended. */
export function withClock(
  found: DependencyFinding,
  policy: Policy,
  now: Date,
): DependencyFinding {
  const due = dueOn(found, policy);
  if (due === null || found.firstSeen === undefined) return found;
  const today = now.toISOString().slice(0, 10);
  const openDays = Math.round((Date.parse(today) - Date.parse(found.firstSeen)) / dayMs);
  const allowedDays = Math.round((Date.parse(due) - Date.parse(found.firstSeen)) / dayMs);
  const late = today > due ? ', overdue' : '';
  const clock = `Open ${openDays} d of ${allowedDays}, due ${due}${late}.`;
  return { ...found, message: `${found.message} ${clock}` };
}
