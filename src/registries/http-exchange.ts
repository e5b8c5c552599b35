import http from 'node:http';
import https from 'node:https';
import zlib from 'node:zlib';
import { SourceFailed } from './source-failed.ts';

export interface RawRequest {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface RawAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Unpacked. */
  readonly body: Buffer;
}

export interface Connections {
  readonly 'http:': http.Agent;
  readonly 'https:': https.Agent;
}

/**
 * Connections that are kept for the next request. Of Node's two clients `fetch` takes about
 * 50 ms to load and twice the CPU time, and goes by the proxy of the environment only where
 * `NODE_USE_ENV_PROXY` was set before the process began.
 */
export function connections(maxSockets: number): Connections {
  const options = { keepAlive: true, maxSockets, proxyEnv: process.env };
  return { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
}

/** One request and its answer; follows nothing and tries nothing again. */
export function exchange(asked: RawRequest, agents: Connections): Promise<RawAnswer> {
  const { url, method, headers, body, timeoutMs, signal } = asked;
  const isSecure = url.protocol === 'https:';
  if (!isSecure && url.protocol !== 'http:') {
    throw new SourceFailed(url.host, `${url.protocol} is not a protocol to ask over`);
  }
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const request = (isSecure ? https : http).request(url, {
    method,
    headers,
    signal,
    agent: agents[isSecure ? 'https:' : 'http:'],
    timeout: timeoutMs,
  });
  const giveUp = (afterMs: number) => {
    request.destroy(new Error(`nothing came within ${afterMs / 1000} s`));
  };
  const wholeMs = 20 * timeoutMs;
  const whole = setTimeout(() => giveUp(wholeMs), wholeMs);
  request.on('timeout', () => giveUp(timeoutMs));
  request.on('error', reject);
  request.on('response', (response) => {
    bodyOf(response, asked).then(resolve, (error) => {
      request.destroy();
      reject(error);
    });
  });
  request.end(body ?? undefined);
  return promise.finally(() => clearTimeout(whole));
}

async function bodyOf(
  response: http.IncomingMessage,
  { url, method, maxBytes }: RawRequest,
): Promise<RawAnswer> {
  const tooLarge = () =>
    new SourceFailed(
      url.host,
      `${url.host} answered more than ${maxBytes} bytes (asked for ${url.pathname.slice(0, 200)})`,
    );
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const packed = Buffer.concat(chunks, sizeBytes);
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
  );
  const status = response.statusCode ?? 0;
  if (method === 'HEAD' || packed.length === 0) return { status, headers, body: packed };
  try {
    return { status, headers, body: unpack(packed, headers, maxBytes) };
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    throw isTooLarge ? tooLarge() : error;
  }
}

function unpack(
  packed: Buffer,
  headers: RawAnswer['headers'],
  maxOutputLength: number,
): Buffer {
  switch (headers['content-encoding']?.toLowerCase() ?? 'identity') {
    case 'identity':
    case '':
      return packed;
    case 'gzip':
    case 'x-gzip':
      return zlib.gunzipSync(packed, { maxOutputLength });
    case 'br':
      return zlib.brotliDecompressSync(packed, { maxOutputLength });
    default:
      throw new Error('the answer is packed in a way that was not asked for');
  }
}
