import { z } from 'zod';
import { type Ecosystem, ecosystems } from '../../dependencies/model.ts';

const one = z.enum(ecosystems, `one of ${ecosystems.join(', ')} is expected`);

/** The reading of `ecosystems`: a list, or names between commas. */
export const ecosystemList = z
  .preprocess(
    (given) =>
      typeof given === 'string' ? given.split(/[\s,]+/).filter(Boolean) : given,
    z.array(one, 'a list is expected').min(1, 'the list is empty'),
  )
  .transform((list): ReadonlySet<Ecosystem> => new Set(list));
