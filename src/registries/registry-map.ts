import { z } from 'zod';
import { messageOf } from '../core/message-of.ts';
import { type Endpoints, endpoints } from './endpoints.ts';

/** The reading of `registries`: base URLs by the name of a source, or the host of a registry. */
export const registryMap = z
  .record(
    z.string().regex(/^[\w.:-]+$/, 'it is not the name of a source'),
    z.url({ protocol: /^https?$/, error: 'an http or https URL is expected' }),
    { error: 'a map of names and URLs is expected' },
  )
  .transform((urls, context): Endpoints => {
    try {
      return endpoints(urls);
    } catch (error) {
      context.addIssue(messageOf(error));
      return z.NEVER;
    }
  });
