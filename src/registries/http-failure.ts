import { messageOf } from '../core/message-of.ts';
import type { RawAnswer } from './http-exchange.ts';
import { SourceFailed } from './source-failed.ts';

/** Whether a status tells of the server's state only, and may be another one soon. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** How long to wait, by RFC 9110, 10.2.3: seconds, or a date. */
export function retryAfterMs(value: string | undefined): number {
  if (value === undefined) return 0;
  const waitMs = /^\d+$/.test(value)
    ? Number(value) * 1000
    : Date.parse(value) - Date.now();
  return Number.isNaN(waitMs) ? 0 : waitMs;
}

const lasting: ReadonlySet<string> = new Set(['ENOTFOUND', 'ECONNREFUSED']);
const ofCertificate = /CERT|^UNABLE_TO_|^ERR_TLS_|^ERR_SSL_|^EPROTO$/;

/** Whether a failure is of a kind that seldom passes: no such host, a bad certificate. */
export function isLasting(error: unknown): boolean {
  const code = codeOf(error);
  return lasting.has(code) || ofCertificate.test(code);
}

const limits = ['retry-after', 'ratelimit-limit', 'ratelimit-remaining'];

/** What to throw for an answer that tells of the server's state only, with its limits. */
export function passingFailure(url: URL, { status, headers }: RawAnswer, tries: number) {
  const told = limits.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [`; ${name}: ${value.slice(0, 60)}`];
  });
  const message = `${url.host} answered ${status}${times(tries)}${told.join('')}${asking(url)}`;
  return new SourceFailed(url.host, message, { status });
}

/** What to throw where no answer came. */
export function networkFailure(url: URL, error: unknown, tries: number): SourceFailed {
  const code = codeOf(error);
  // The error of a host with several addresses has no message of its own.
  const why = messageOf(error) || code || 'the connection failed';
  const message = `${url.host} gave no answer${times(tries)}: ${why}${asking(url)}`;
  return new SourceFailed(url.host, message, { cause: error });
}

function times(tries: number): string {
  return tries === 1 ? '' : tries === 2 ? ' twice' : ` ${tries} times`;
}

/** What was asked for, without the query, which may have a secret. */
export function asking(url: URL): string {
  return ` (asked for ${url.pathname.slice(0, 200)})`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
