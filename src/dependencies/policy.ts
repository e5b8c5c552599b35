import { z } from 'zod';
import type { FindingCode } from '../core/finding.ts';
import { Unreadable } from '../core/inputs.ts';
import { parseDurationMs } from '../core/parse.ts';
import { parseYaml } from '../core/yaml.ts';
import { UnreadableFile } from './model.ts';

/** What the policy file may excuse. What stays a danger is named by its advisory or package. */
const excusable = [
  'vulnerable',
  'unsound',
  'unmaintained',
  'yanked',
  'deprecated',
  'outdated',
  'end-of-life',
  'frozen-tag',
  'unpinned',
  'floating-tag',
  'archived',
] as const satisfies readonly FindingCode[];

const day = z.iso.date('a date such as 2027-01-31 is expected');

const text = z.string('a text is expected').trim().min(1, 'it is empty');

const exception = z
  .strictObject({
    /** An advisory by any of its names. */
    advisory: text.optional(),
    package: text.optional(),
    /** With `package`: only this version. */
    version: text.optional(),
    code: z.enum(excusable, `one of ${excusable.join(', ')} is expected`).optional(),
    reason: text,
    expires: day,
  })
  .refine(
    ({ advisory, package: name }) => advisory || name,
    'advisory or package is missing',
  )
  .refine(
    ({ advisory, code }) => advisory || code,
    'without an advisory, code must say what is excused',
  );

const duration = z
  .string('a duration such as 7 days is expected')
  .transform((given, context) => {
    const ms = parseDurationMs(given);
    if (ms !== null && ms > 0) return ms;
    context.addIssue('a duration such as 7 days is expected');
    return z.NEVER;
  });

const policyFile = z.strictObject({
  exceptions: z.array(exception, 'a list is expected').default([]),
  /** How long a vulnerability may stay open, by severity. */
  'fix-within': z
    .strictObject({
      critical: duration.default(2 * 86_400_000),
      high: duration.default(7 * 86_400_000),
      medium: duration.default(30 * 86_400_000),
      low: duration.default(90 * 86_400_000),
    })
    .prefault({}),
  /** Folders of npm projects that ship what they call dev dependencies: bundled ones. */
  bundled: z.array(text, 'a list is expected').default([]),
  /** What `dependabot-gate` may let through that it otherwise never does. */
  allow: z.array(z.enum(['docker'], 'only docker can be allowed')).default([]),
});

/** The policy of a repository: what is excused and until when, and how fast to mend. */
export type Policy = z.infer<typeof policyFile>;

export type Exception = Policy['exceptions'][number];

/** The policy of a repository that has no such file. */
export const noPolicy: Policy = policyFile.parse({});

/** Reads a policy file. Throws `UnreadableFile` with everything that is wrong with it. */
export function parsePolicy(given: string, path: string): Policy {
  // A file of comments alone is a policy without anything in it.
  if (/^\s*(#.*\s*)*$/.test(given)) return noPolicy;
  try {
    return parseYaml(given, policyFile);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new UnreadableFile(path, error.message, { cause: error });
  }
}

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
  const names = [found.advisory, ...(found.aliases ?? [])];
  return (
    (exception.advisory === undefined || names.includes(exception.advisory)) &&
    (exception.package === undefined || exception.package === found.package) &&
    (exception.version === undefined || exception.version === found.version) &&
    (exception.code === undefined || exception.code === found.code)
  );
}

/** Whether an exception still holds: it does to the end of its last day, in UTC. */
export function isInForce({ expires }: Exception, now: Date): boolean {
  return now.toISOString().slice(0, 10) <= expires;
}
