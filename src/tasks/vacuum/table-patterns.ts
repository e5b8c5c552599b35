import { z } from 'zod';

/** The schema of the input `full`. */
export const tableNames = z
  .array(
    z.string().regex(/^[^.*!]+\.[^.*]+$/, {
      error: ({ input }) =>
        `${JSON.stringify(input)} does not have the form schema.table, without patterns`,
    }),
    { error: 'a list is expected, as in ["public.trades"]' },
  )
  .min(1, { error: 'the list is empty' });

const form = /^!?[^.]+\.[^.]+$/;

/** The schema of the input `tables`. */
export const tablePatterns = z
  .array(
    z.string().regex(form, {
      error: ({ input }) =>
        `${JSON.stringify(input)} does not have the form schema.table`,
    }),
    { error: 'a list is expected, as in ["public.trades", "public.orders"]' },
  )
  .min(1, { error: 'the list is empty' });
