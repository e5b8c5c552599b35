import { dependencyFinding, type Finding, finding } from '../../core/finding.ts';
import type { Reason } from './reason.ts';

/** Makes findings of the reasons: only what blocks turns the job red. */
export function findingsOf(reasons: readonly Reason[], subject: string): Finding[] {
  return reasons.map((reason) => findingOf(reason, subject));
}

function findingOf(reason: Reason, subject: string): Finding {
  const { weight, code, message, member, advisory } = reason;
  const grave = code === 'malicious' ? 'critical' : 'high';
  const severity = weight === 'block' ? grave : 'low';
  if (!member) return finding(code, subject, message, { severity });
  const { ecosystem, name, version, path } = member;
  const [id, ...aliases] = advisory ?? [];
  const dependency = {
    ...{ ecosystem, package: name, version, manifest: path },
    ...(id === undefined ? {} : { advisory: id, aliases }),
  };
  // What helps in an audit, to move elsewhere, is not for Dependabot's reviewer.
  const remedy = weight === 'block' ? 'Do not merge.' : 'Look at it, and merge by hand.';
  return dependencyFinding(code, dependency, message, { severity, remedy });
}
