import { z } from 'zod';

/** A command and its arguments. */
export const commandList = z
  .array(
    z.union([z.string(), z.number().transform(String)], {
      error: 'each part of the command must be a text',
    }),
    'it must be a list: the program first, then each argument',
  )
  .min(1, 'it is empty: the program is missing')
  .refine(([program]) => program?.trim() !== '', 'the name of the program is empty');
