import { open } from 'node:fs/promises';
import { fetchRange, type RangeOptions } from './fetch-range.ts';
import type { ObjectState } from './object-state.ts';
import type { ObjectStore } from './object-store.ts';
import { Prefix } from './prefix.ts';
import { type Proof, prove } from './proof.ts';

export { ChecksumMismatch } from './proof.ts';

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Default 8 MiB. */
  readonly rangeBytes?: number;
  /** How many ranges are fetched at a time; default 8. */
  readonly concurrency?: number;
  /** The rest before a range is asked for again; default 1 s. */
  readonly retryDelayMs?: number;
  /** Is told how many bytes have been written. */
  onProgress?(bytes: number): void;
}

/** A download under way. Nothing of it need be awaited: its failure harms nobody else. */
export interface Download {
  /**
   * Rejects with `S3Failure` (`changed` where the object was replaced half way), with
   * `ChecksumMismatch` or the signal's reason. Then the file stays for the caller to remove.
   */
  readonly finished: Promise<Downloaded>;
  /**
   * Resolves once the file holds its bytes up to `byte`, or all, with how many it holds
   * from the start without a gap. Rejects as `finished` does where these will not come.
   */
  reached(byte: number): Promise<number>;
}

export interface Downloaded {
  readonly sizeBytes: number;
  readonly seconds: number;
  /** Ranges that were asked for, again ones counted. */
  readonly requests: number;
  readonly retries: number;
  readonly proof: Proof;
}

/**
 * Downloads one version of an object into a file, in ranges at the same time and roughly
 * in order. What arrives is written to its place at once and held against the checksum
 * that the store keeps.
 */
export function startDownload(
  store: ObjectStore,
  state: ObjectState,
  file: string,
  options: DownloadOptions,
): Download {
  const { rangeBytes = 8 * 1024 ** 2 } = options;
  const prefix = new Prefix(state.sizeBytes, rangeBytes);
  const finished = download(store, state, file, prefix, options);
  finished.catch((error: unknown) => prefix.fail(error));
  return { finished, reached: (byte) => prefix.reached(byte) };
}

async function download(
  store: ObjectStore,
  state: ObjectState,
  path: string,
  prefix: Prefix,
  options: DownloadOptions,
): Promise<Downloaded> {
  const { signal, concurrency = 8, retryDelayMs = 1000, onProgress } = options;
  const startedAt = performance.now();
  signal.throwIfAborted();
  await using file = await open(path, 'w+', 0o600);
  prefix.advance();
  const stop = new AbortController();
  let requests = 0;
  let retries = 0;
  let writtenBytes = 0;
  const rangeOptions: RangeOptions = {
    signal: AbortSignal.any([signal, stop.signal]),
    retryDelayMs,
    onRequest(isRetry) {
      requests++;
      if (isRetry) retries++;
    },
    onWritten(bytes) {
      writtenBytes += bytes;
      prefix.advance();
      onProgress?.(writtenBytes);
    },
  };
  // All take from the same iterator, so that the ranges are begun in order.
  const ranges = prefix.ranges.values();
  const fetchRanges = async () => {
    for (const range of ranges) {
      await fetchRange(store, state, range, file, rangeOptions);
    }
  };
  const stopAll = (error: unknown) => {
    stop.abort(error);
    prefix.fail(error);
    throw error;
  };
  const proving = prove(file, prefix, state).catch(stopAll);
  const fetching = Array.from({ length: concurrency }, () =>
    fetchRanges().catch(stopAll),
  );
  // Nobody may still use the file when it is closed.
  await Promise.allSettled([proving, ...fetching]);
  stop.signal.throwIfAborted();
  const seconds = (performance.now() - startedAt) / 1000;
  const { sizeBytes } = state;
  return { sizeBytes, seconds, requests, retries, proof: await proving };
}
