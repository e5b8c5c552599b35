import { z } from 'zod';
import type { FindingCode } from '../core/finding.ts';
import { Unreadable } from '../core/inputs.ts';
import { parseDurationMs } from '../core/parse.ts';
import { parseYaml } from '../core/yaml.ts';
import { UnreadableFile } from './model.ts';
import { noPolicy, type Policy } from './policy.ts';

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
    advisory: text.optional(),
    package: text.optional(),
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

const limits = noPolicy['fix-within'];

const policyFile = z.strictObject({
  exceptions: z.array(exception, 'a list is expected').default([]),
  'fix-within': z
    .strictObject({
      critical: duration.default(limits.critical),
      high: duration.default(limits.high),
      medium: duration.default(limits.medium),
      low: duration.default(limits.low),
    })
    .prefault({}),
  bundled: z.array(text, 'a list is expected').default([]),
  allow: z.array(z.enum(['docker'], 'only docker can be allowed')).default([]),
});

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
