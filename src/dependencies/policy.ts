/** Something that the policy of a repository lets pass, until a day. */
export interface Exception {
  /** An advisory by any of its names. */
  readonly advisory?: string | undefined;
  readonly package?: string | undefined;
  /** With `package`: only this version. */
  readonly version?: string | undefined;
  /** The finding that is excused; without one, any about the advisory. */
  readonly code?: string | undefined;
  readonly reason: string;
  /** The last day on which it holds: `2027-01-31`. */
  readonly expires: string;
}

/** The policy of a repository: what is excused and until when, and how fast to mend. */
export interface Policy {
  readonly exceptions: readonly Exception[];
  /** How long a vulnerability may stay open, by severity, in milliseconds. */
  readonly 'fix-within': Readonly<Record<'critical' | 'high' | 'medium' | 'low', number>>;
  /** Folders of npm projects that ship what they call dev dependencies: bundled ones. */
  readonly bundled: readonly string[];
  /** What `dependabot-gate` may let through that it otherwise never does. */
  readonly allow: readonly 'docker'[];
}

const dayMs = 86_400_000;

/** The policy of a repository that has no such file. */
export const noPolicy: Policy = {
  exceptions: [],
  'fix-within': {
    critical: 2 * dayMs,
    high: 7 * dayMs,
    medium: 30 * dayMs,
    low: 90 * dayMs,
  },
  bundled: [],
  allow: [],
};

/** What an exception is held against. */
export interface Excusable {
  readonly code: string;
  readonly package: string;
  readonly version: string;
  readonly advisory?: string;
  readonly aliases?: readonly string[];
}

/** Whether an exception is about a finding, expired or not. Malicious packages have none. */
export function covers(exception: Exception, found: Excusable): boolean {
  if (found.code === 'malicious') return false;
  const names = [found.advisory, ...(found.aliases ?? [])].map((id) => id?.toUpperCase());
  return (
    (exception.advisory === undefined ||
      names.includes(exception.advisory.toUpperCase())) &&
    (exception.package === undefined || exception.package === found.package) &&
    (exception.version === undefined || exception.version === found.version) &&
    (exception.code === undefined || exception.code === found.code)
  );
}

/** Whether an exception still holds: it does to the end of its last day, in UTC. */
export function isInForce({ expires }: Exception, now: Date): boolean {
  return now.toISOString().slice(0, 10) <= expires;
}
