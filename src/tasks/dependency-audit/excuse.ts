import { type DependencyFinding, dependencyFinding } from '../../core/finding.ts';
import {
  covers,
  type Exception,
  isInForce,
  type Policy,
} from '../../dependencies/policy.ts';

/** A finding that the policy excuses, and why. */
export interface Excused {
  readonly found: DependencyFinding;
  readonly exception: Exception;
}

/** Findings by what the policy says of them. */
export interface Judged {
  /** Those that nothing excuses, and one for each exception that has expired. */
  readonly findings: readonly DependencyFinding[];
  readonly excused: readonly Excused[];
  /** Exceptions that are about nothing any more. */
  readonly unused: readonly Exception[];
}

/** Takes out what the policy excuses; what an expired exception excused is back. */
export function excuse(
  findings: readonly DependencyFinding[],
  { exceptions }: Policy,
  { now, policyFile }: { readonly now: Date; readonly policyFile: string },
): Judged {
  const left: DependencyFinding[] = [];
  const excused: Excused[] = [];
  const used = new Set<Exception>();
  for (const found of findings) {
    const about = exceptions.filter((exception) => covers(exception, found));
    for (const exception of about) used.add(exception);
    const holding = about.find((exception) => isInForce(exception, now));
    if (holding) excused.push({ found, exception: holding });
    else left.push(found);
  }
  const expired = exceptions.filter((one) => !isInForce(one, now) && used.has(one));
  return {
    findings: [...expired.map((one) => expiredFinding(one, policyFile)), ...left],
    excused,
    unused: exceptions.filter((one) => !used.has(one)),
  };
}

/** What an exception is about, for people. */
export function nameOf({ advisory, package: name, version, code }: Exception): string {
  return [advisory, name, version, code && `(${code})`].filter(Boolean).join(' ');
}

function expiredFinding(exception: Exception, manifest: string): DependencyFinding {
  const { advisory, package: name, version, reason, expires } = exception;
  const about = {
    ecosystem: 'policy',
    package: name ?? nameOf(exception),
    version: version ?? '',
    manifest,
    ...(advisory && { advisory }),
  };
  const message = `The exception for ${nameOf(exception)} expired on ${expires}. Its reason was: ${reason}`;
  return dependencyFinding('exception-expired', about, message);
}
