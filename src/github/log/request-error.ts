/** A request that octokit could not bring to a good end, as far as we look at it. */
export interface RequestError extends Error {
  /** 500 also where no answer came. */
  readonly status: number;
  readonly request?: { readonly method: string; readonly url: string };
  readonly response?: {
    readonly headers: Readonly<Record<string, string | number | undefined>>;
    readonly data: unknown;
  };
}

/** Where GitHub asks for patience without saying how much, it is a minute at least. */
const leastWaitMs = 60_000;

export function isRequestError(error: unknown): error is RequestError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

/** Whether a request may have done its work although nothing good came back. */
export function mightHaveBeenCarriedOut(error: unknown): boolean {
  return isRequestError(error) && error.status >= 500;
}

/** What GitHub says went wrong, or the network. */
export function messageOf(error: RequestError): string {
  const data = error.response?.data;
  if (data === null || typeof data !== 'object') return error.message;
  const { message, errors } = data as { message?: unknown; errors?: unknown };
  const details = Array.isArray(errors) ? ` ${JSON.stringify(errors)}` : '';
  return `${message}${details}`.slice(0, 500);
}

/**
 * How long to wait before a request is made again; `null` where that would be no use.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function delayBeforeRepeatMs(error: unknown, attempt: number): number | null {
  if (!isRequestError(error)) return null;
  if (error.status >= 500) return 1000 * 2 ** (attempt - 1);
  return error.status === 403 || error.status === 429 ? rateLimitMs(error) : null;
}

function rateLimitMs(error: RequestError): number | null {
  const headers = error.response?.headers ?? {};
  if (headers['retry-after'] !== undefined) {
    const seconds = Number(headers['retry-after']);
    return Number.isFinite(seconds) ? seconds * 1000 : leastWaitMs;
  }
  if (String(headers['x-ratelimit-remaining']) === '0') {
    const reset = Number(headers['x-ratelimit-reset']) * 1000;
    // The server's clock and this one's need not agree.
    const now = Date.parse(String(headers['date'])) || Date.now();
    return Number.isFinite(reset) ? Math.max(1000, reset - now) : leastWaitMs;
  }
  const isLimit = error.status === 429 || /rate limit/i.test(messageOf(error));
  return isLimit ? leastWaitMs : null;
}
