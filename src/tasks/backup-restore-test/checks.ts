import { type ZodType, z } from 'zod';
import { type Expectation, parseExpectation } from './expectation.ts';

/** A check of the user's own on the restored database. */
export interface Check {
  readonly name: string;
  /** One statement; the first column of its only row is compared. */
  readonly sql: string;
  readonly expect: Expectation;
}

const expected = z
  .union([z.string(), z.number(), z.boolean(), z.null()], {
    error: ({ input }) =>
      input === undefined
        ? 'what is expected is missing, as in "> 0"'
        : 'a value, or a comparison such as "> 0", is expected',
  })
  .transform((given, context): Expectation => {
    try {
      return parseExpectation(textOf(given));
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });

const check = z.strictObject(
  {
    name: z.string('the name is missing, as in trades').trim().min(1, 'it is empty'),
    sql: z
      .string('the statement is missing, as in select count(*) from trades')
      .trim()
      .min(1, 'it is empty'),
    expect: expected,
  },
  { error: explainShape },
);

/** The schema of the input `checks`. */
export const checks: ZodType<Check[]> = z
  .array(check, {
    error:
      'a list is expected, as in [{name: trades, sql: select count(*) from trades, expect: "> 0"}]',
  })
  .min(1, { error: 'the list is empty' })
  .superRefine((list, { addIssue }) => {
    for (const [index, { name }] of list.entries()) {
      const first = list.findIndex((other) => other.name === name);
      if (first === index) continue;
      const message = `check ${first + 1} has the same name, ${JSON.stringify(name)}`;
      addIssue({ code: 'custom', path: [index], message });
    }
  });

/** YAML has read it as a number: beyond these, not with all its digits. */
function textOf(given: string | number | boolean | null): string | null {
  if (given === null) return null;
  if (
    typeof given === 'number' &&
    Number.isInteger(given) &&
    !Number.isSafeInteger(given)
  ) {
    throw new Error(`${given} has too many digits for YAML; write it in quotes`);
  }
  return String(given);
}

const keys = 'name, sql, expect';

function explainShape(issue: { code?: string; keys?: readonly string[] }): string {
  if (issue.code !== 'unrecognized_keys')
    return `a mapping with the keys ${keys} is expected`;
  const unknown = (issue.keys ?? []).map((key) => JSON.stringify(key)).join(', ');
  return `unknown key ${unknown}; known are ${keys}`;
}
