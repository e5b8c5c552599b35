import { SourceFailed } from './source-failed.ts';

interface Failures {
  /** Since the last success. */
  failures: number;
  last: SourceFailed;
}

/** Keeps from asking a host that has failed too often in a row: it would cost minutes. */
export class Breaker {
  readonly #most: number;
  readonly #records = new Map<string, Failures>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Throws what the host has failed with where it is not to be asked again. */
  check(host: string): void {
    const record = this.#records.get(host);
    if (!record || record.failures < this.#most) return;
    const { source, status, message } = record.last;
    throw new SourceFailed(source, `${message}, and was not asked again`, {
      status,
      cause: record.last,
    });
  }

  succeeded(host: string): void {
    this.#records.delete(host);
  }

  failed(host: string, last: SourceFailed): void {
    const failures = (this.#records.get(host)?.failures ?? 0) + 1;
    this.#records.set(host, { failures, last });
  }
}
