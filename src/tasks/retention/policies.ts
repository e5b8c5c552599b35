import { type ZodType, z } from 'zod';
import { parseShare } from '../../core/parse.ts';
import { InvalidS3Url, parseS3Url, type S3Location } from '../../s3/s3-url.ts';
import { isTimeZone, parseKeep } from './keep.ts';

export const methods = [
  'auto',
  'delete',
  'drop-chunks',
  'drop-partitions',
  'detach-partitions',
] as const;

/** How rows are got rid of. */
export type Method = (typeof methods)[number];

/** What is to become of the rows of a table once they are old enough. */
export interface Policy {
  /** As given: `public.events`. */
  readonly table: string;
  readonly column: string;
  /** How long rows are kept, as an interval of PostgreSQL: `90 days`. */
  readonly keep: string;
  /** Only rows for which this SQL is true. */
  readonly where: string | null;
  readonly method: Method;
  /** The share (0–1) of the rows of the table that one run may delete. */
  readonly maxShare: number;
  readonly archive: S3Location | null;
  readonly cascade: 'refuse' | 'allow';
  readonly timeZone: string;
  /** What becomes of expired rows in a chunk or partition that has younger ones as well. */
  readonly straddling: 'keep' | 'delete';
}

const tableForm = /^(?:"(?:[^"]|"")+"|[^."*!]+)\.(?:"(?:[^"]|"")+"|[^."*!]+)$/;

const policy = z
  .strictObject(
    {
      table: z.string('the table is missing, as in public.events').regex(tableForm, {
        error: ({ input }) =>
          `${JSON.stringify(input)} does not have the form schema.table`,
      }),
      column: z.string('the column with the age of a row is missing').min(1),
      keep: z
        .string({
          error: ({ input }) =>
            input === undefined
              ? 'how long rows are kept is missing, as in 90 days'
              : `${JSON.stringify(input)} has no unit, as in 90 days`,
        })
        .transform(transformed(parseKeep)),
      where: z
        .string()
        .trim()
        .min(1, 'it is empty')
        .regex(/^(?!.*\$\d)/s, 'it must not have parameters such as $1')
        .nullable()
        .default(null),
      method: z.enum(methods).default('auto'),
      'max-share': z.string().default('50%').transform(transformed(readShare)),
      archive: z.string().transform(transformed(readLocation)).nullable().default(null),
      cascade: z.enum(['refuse', 'allow']).default('refuse'),
      'time-zone': z
        .string()
        .refine(isTimeZone, { error: ({ input }) => `${input} is no time zone` })
        .default('UTC'),
      straddling: z.enum(['keep', 'delete']).default('keep'),
    },
    { error: explainShape },
  )
  .superRefine(({ archive, cascade, method, where }, { addIssue }) => {
    if (archive && method === 'detach-partitions') {
      const message = 'what is detached is still there: there is nothing to archive';
      addIssue({ code: 'custom', path: ['archive'], message });
    }
    if (archive && cascade === 'allow') {
      const message =
        'rows of other tables would be deleted with these, and not be archived; use cascade: refuse, and a policy for each of them';
      addIssue({ code: 'custom', path: ['cascade'], message });
    }
    if (where !== null && method !== 'auto' && method !== 'delete') {
      const message = `${method} takes all rows of a chunk or partition, whatever the condition says; use the method delete`;
      addIssue({ code: 'custom', path: ['where'], message });
    }
  })
  .transform(
    ({ 'max-share': maxShare, 'time-zone': timeZone, ...rest }): Policy => ({
      ...rest,
      maxShare,
      timeZone,
    }),
  );

/** The schema of the input `policies`. */
export const policies: ZodType<Policy[]> = z
  .array(policy, {
    error:
      'a list is expected, as in [{table: public.events, column: created_at, keep: 90 days}]',
  })
  .min(1, { error: 'the list is empty' })
  .superRefine((list, { addIssue }) => {
    for (const [index, one] of list.entries()) {
      const first = list.findIndex((other) => isSame(one, other));
      if (first === index) continue;
      const message = `policy ${first + 1} is for the same rows of ${one.table}`;
      addIssue({ code: 'custom', path: [index], message });
    }
  });

/** Two policies may share a table where they mean other rows of it. */
function isSame(one: Policy, other: Policy): boolean {
  return (
    one.table === other.table && one.column === other.column && one.where === other.where
  );
}

/** Makes a reader that throws into a transformation that reports. */
function transformed<Value>(read: (given: string) => Value) {
  return (given: string, context: z.RefinementCtx): Value => {
    try {
      return read(given);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  };
}

function readShare(given: string): number {
  const share = parseShare(given);
  if (share !== null) return share;
  throw new Error(`${JSON.stringify(given)} is no share from 0% to 100%`);
}

function readLocation(given: string): S3Location {
  try {
    return parseS3Url(given);
  } catch (error) {
    if (!(error instanceof InvalidS3Url)) throw error;
    throw new Error(error.message);
  }
}

const keys =
  'table, column, keep, where, method, max-share, archive, cascade, time-zone, straddling';

function explainShape(issue: { code?: string; keys?: readonly string[] }): string {
  if (issue.code !== 'unrecognized_keys')
    return `a mapping with the keys ${keys} is expected`;
  const unknown = (issue.keys ?? []).map((key) => JSON.stringify(key)).join(', ');
  return `unknown key ${unknown}; known are ${keys}`;
}
