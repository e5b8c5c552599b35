import { z } from 'zod';

/** A name as it is, or as the server quotes it: then it may have dots. */
const part = '(?:"(?:[^"]|"")+"|[^."]+)';

/** The schema of the input `full`. */
export const tableNames = z
  .array(
    z.string().regex(new RegExp(`^(?!!)(?!.*[*])${part}\\.${part}$`), {
      error: ({ input }) =>
        `${JSON.stringify(input)} does not have the form schema.table, without patterns`,
    }),
    { error: 'a list is expected, as in ["public.trades"]' },
  )
  .min(1, { error: 'the list is empty' });

/** The schema of the input `tables`. */
export const tablePatterns = z
  .array(
    z.string().regex(new RegExp(`^!?${part}\\.${part}$`), {
      error: ({ input }) =>
        `${JSON.stringify(input)} does not have the form schema.table`,
    }),
    { error: 'a list is expected, as in ["public.trades", "public.orders"]' },
  )
  .min(1, { error: 'the list is empty' });
