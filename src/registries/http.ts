import { setTimeout as wait } from 'node:timers/promises';
import { Breaker } from './breaker.ts';
import { HttpCache } from './http-cache.ts';
import {
  connections,
  exchange,
  type RawAnswer,
  type RawRequest,
} from './http-exchange.ts';
import {
  asking,
  isLasting,
  isPassing,
  networkFailure,
  passingFailure,
  retryAfterMs,
} from './http-failure.ts';
import { Slots } from './slots.ts';
import { SourceFailed } from './source-failed.ts';

export { SourceFailed } from './source-failed.ts';

export interface HttpRequestOptions {
  /** What is thrown once it aborts is its reason. */
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** The media types that are asked for. */
  readonly accept?: string;
  /** Of the body, unpacked; more than that is `SourceFailed`. By default 64 MiB. */
  readonly maxBytes?: number;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): string;
  bytes(): Buffer;
}

export interface Http {
  /**
   * Asks, and asks again where that may help. Statuses that say something of what was asked
   * for (200, 401, 404, …) are answers; throws `SourceFailed` where there is none.
   */
  get(url: string, options: HttpRequestOptions): Promise<HttpAnswer>;
  /** How many have been sent, each try and each redirect. */
  readonly requests: number;
}

export interface HttpOptions {
  /** Requests at once, over all hosts. */
  readonly concurrency?: number;
  /** Without a byte arriving; an answer may take twenty times as long as a whole. */
  readonly timeoutMs?: number;
  readonly userAgent?: string;
  /** Further tries after the first. */
  readonly retries?: number;
  /** Before the second try; twice as long before the third. */
  readonly retryDelayMs?: number;
  /** Where answers with an ETag are kept; null keeps none. */
  readonly cacheDirectory?: string | null;
}

const defaultMaxBytes = 64 * 1024 ** 2;
/** Longer than that nobody waits: the source counts as failed at once. */
const longestWaitMs = 30_000;
const mostRedirects = 5;
/** So many requests in a row, and the source counts as gone. */
const mostFailures = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * One client for everything that is asked over HTTP. It goes by `HTTPS_PROXY`, `HTTP_PROXY`
 * and `NO_PROXY`.
 */
export function makeHttp(options: HttpOptions = {}): Http {
  const {
    concurrency = 32,
    timeoutMs = 15_000,
    retries = 2,
    retryDelayMs = 500,
  } = options;
  const { userAgent = 'matchbook-maintenance', cacheDirectory = null } = options;
  const agents = connections(concurrency);
  const slots = new Slots(concurrency);
  const breaker = new Breaker(mostFailures);
  const cache = cacheDirectory === null ? null : new HttpCache(cacheDirectory);
  let requests = 0;

  async function send(url: URL, asked: HttpRequestOptions): Promise<RawAnswer> {
    const { method = 'GET', accept, body = null, maxBytes = defaultMaxBytes } = asked;
    let headers: RawRequest['headers'] = {
      'user-agent': userAgent,
      'accept-encoding': 'gzip, br',
      ...(accept !== undefined && { accept }),
      ...asked.headers,
    };
    const { signal } = asked;
    let at = url;
    for (let followed = 0; ; followed++) {
      requests += 1;
      const request = { url: at, method, headers, body, maxBytes, timeoutMs, signal };
      const answer = await exchange(request, agents);
      const location = answer.headers['location'];
      if (method === 'POST' || !redirects.has(answer.status) || !location) return answer;
      const next = URL.parse(location, at.href);
      if (next?.protocol !== url.protocol || followed === mostRedirects) {
        const why = next?.protocol === url.protocol ? 'too often' : 'to another protocol';
        throw new SourceFailed(url.host, `${url.host} redirected ${why}${asking(url)}`);
      }
      if (next.origin !== at.origin) headers = withoutCredentials(headers);
      at = next;
    }
  }

  /** Sends until an answer comes that is one. */
  async function persist(url: URL, asked: HttpRequestOptions): Promise<RawAnswer> {
    const { signal } = asked;
    for (let tries = 1; ; tries++) {
      breaker.check(url.host);
      let failure: SourceFailed;
      let allowed = retries;
      let waitMs = retryDelayMs * 2 ** (tries - 1) * (0.5 + Math.random());
      try {
        const answer = await send(url, asked);
        if (!isPassing(answer.status)) {
          breaker.succeeded(url.host);
          return answer;
        }
        failure = passingFailure(url, answer, tries);
        waitMs = Math.max(waitMs, retryAfterMs(answer.headers['retry-after']));
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof SourceFailed) {
          // An answer came, of no use.
          breaker.succeeded(url.host);
          throw error;
        }
        failure = networkFailure(url, error, tries);
        if (isLasting(error)) allowed = Math.min(retries, 1);
      }
      if (tries > allowed || waitMs > longestWaitMs) {
        breaker.failed(url.host, failure);
        throw failure;
      }
      await wait(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /** A turn lasts until the last try, or those of a dead source would wait for all others. */
  function inTurn(url: URL, asked: HttpRequestOptions): Promise<RawAnswer> {
    return slots.hold(asked.signal, () => persist(url, asked));
  }

  return {
    get requests() {
      return requests;
    },
    async get(address, asked) {
      asked.signal.throwIfAborted();
      const url = new URL(address);
      if (!cache || !isCacheable(url, asked)) return answerOf(await inTurn(url, asked));
      const key = cache.key(address, asked.accept ?? '');
      const kept = await cache.read(key);
      const headers = { ...asked.headers, ...(kept && { 'if-none-match': kept.etag }) };
      const answer = await inTurn(url, { ...asked, headers });
      if (kept && answer.status === 304)
        return answerOf({ ...answer, ...kept, status: 200 });
      await cache.write(key, answer);
      return answerOf(answer);
    },
  };
}

function isCacheable(url: URL, { method = 'GET', headers = {} }: HttpRequestOptions) {
  const hasCredentials = url.username !== '' || 'authorization' in lowerCased(headers);
  return method === 'GET' && !hasCredentials;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

function withoutCredentials(headers: RawRequest['headers']): Record<string, string> {
  const { authorization: _, cookie: __, ...others } = lowerCased(headers);
  return others;
}

function answerOf({ status, headers, body }: RawAnswer): HttpAnswer {
  return {
    status,
    headers: {
      get: (name) => {
        const key = name.toLowerCase();
        return Object.hasOwn(headers, key) ? (headers[key] ?? null) : null;
      },
    },
    text: () => body.toString('utf8'),
    bytes: () => body,
  };
}
