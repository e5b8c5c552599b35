import { messageOf } from '../core/message-of.ts';
import type { Http, HttpAnswer } from '../registries/http.ts';
import { SourceFailed } from '../registries/source-failed.ts';
import { AdvisoriesUnavailable } from './advisory.ts';

/** The largest (npm) has about 200 MB. */
const largestZipBytes = 512 * 1024 ** 2;

/**
 * Downloads a zip into memory, 512 MiB at most. Throws `AdvisoriesUnavailable`, or the
 * signal's reason.
 */
export async function downloadZip(
  url: string,
  http: Http,
  signal: AbortSignal,
): Promise<Buffer> {
  const shown = shownUrl(url);
  let answer: HttpAnswer;
  try {
    answer = await http.get(url, { signal, maxBytes: largestZipBytes });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SourceFailed)) throw error;
    throw new AdvisoriesUnavailable(shown, `${messageOf(error)}.`, { cause: error });
  }
  if (answer.status === 200) return answer.bytes();
  throw new AdvisoriesUnavailable(
    shown,
    `it answered ${answer.status}. Check the URL; it must lead to a zip in OSV layout.`,
  );
}

/** A URL as it may be shown: a signature in it, or a password, is a secret. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
