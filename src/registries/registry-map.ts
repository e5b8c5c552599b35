import { z } from 'zod';

/** The reading of `registries`: base URLs by the name of a source, or the host of a registry. */
export const registryMap = z
  .record(
    z.string().regex(/^[\w.:-]+$/, 'it is not the name of a source'),
    z.url({ protocol: /^https?$/, error: 'an http or https URL is expected' }),
    { error: 'a map of names and URLs is expected' },
  )
  .transform((urls) => new Map(Object.entries(urls)));
