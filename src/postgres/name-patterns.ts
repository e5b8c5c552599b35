import { type ZodType, z } from 'zod';

/** A name as it is, or as the server quotes it: then it may have dots. */
const part = '(?:"(?:[^"]|"")+"|[^."]+)';

/** The schema of a list of `schema.table` without patterns. */
export const tableNames = listOf(
  new RegExp(`^(?!!)(?!.*[*])${part}\\.${part}$`),
  'schema.table, without patterns',
  '["public.trades"]',
);

/** The schema of a list of `schema.table` patterns. */
export const tablePatterns = listOf(
  new RegExp(`^!?${part}\\.${part}$`),
  'schema.table',
  '["public.trades", "public.orders"]',
);

/** The schema of a list of `schema.index` patterns. */
export const indexPatterns = listOf(
  new RegExp(`^!?${part}\\.${part}$`),
  'schema.index',
  '["public.trades_pkey", "public.orders_*"]',
);

function listOf(form: RegExp, name: string, example: string): ZodType<string[]> {
  const item = z.string().regex(form, {
    error: ({ input }) => `${JSON.stringify(input)} does not have the form ${name}`,
  });
  return z
    .array(item, { error: `a list is expected, as in ${example}` })
    .min(1, { error: 'the list is empty' });
}
