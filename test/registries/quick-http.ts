import { type Http, type HttpOptions, makeHttp } from '../../src/registries/http.ts';

/** A client that tries again at once. */
export function quickHttp(options: HttpOptions = {}): Http {
  return makeHttp({ retryDelayMs: 1, ...options });
}

/** The signal of a run that nobody cancels. */
export const signal = new AbortController().signal;
