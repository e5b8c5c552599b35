import type { FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../core/message-of.ts';
import type { ObjectState } from './object-state.ts';
import type { ObjectStore } from './object-store.ts';
import type { FileRange } from './prefix.ts';
import { S3Failure } from './s3-failure.ts';

/** How often a range is asked for again after an attempt that brought not one byte. */
const maxFruitless = 3;

export interface RangeOptions {
  readonly signal: AbortSignal;
  readonly retryDelayMs: number;
  onRequest(isRetry: boolean): void;
  /** The position of the range has moved on by so many bytes. */
  onWritten(bytes: number): void;
}

/**
 * Fetches a range of an object into its place in a file. Where the transfer breaks off,
 * it goes on behind the last byte that was written.
 */
export async function fetchRange(
  store: ObjectStore,
  state: ObjectState,
  range: FileRange,
  file: FileHandle,
  options: RangeOptions,
): Promise<void> {
  const { signal, retryDelayMs, onRequest, onWritten } = options;
  let fruitless = 0;
  let isRetry = false;
  while (range.position < range.end) {
    const { position, end } = range;
    onRequest(isRetry);
    isRetry = true;
    try {
      const read = { signal, pin: state };
      const bytes = await store.openRange(state.key, position, end - position, read);
      for await (const chunk of bytes) {
        await write(file, chunk, range.position);
        range.position += chunk.length;
        onWritten(chunk.length);
      }
    } catch (error) {
      fruitless = range.position > position ? 0 : fruitless + 1;
      if (!isPassing(error) || fruitless > maxFruitless) throw error;
      await delay(retryDelayMs * (fruitless + 1), null, { signal }).catch(() =>
        signal.throwIfAborted(),
      );
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof S3Failure && /^un(reach|avail)able$/.test(error.code);
}

async function write(file: FileHandle, bytes: Uint8Array, position: number) {
  try {
    for (let written = 0; written < bytes.length; ) {
      const left = bytes.subarray(written);
      const { bytesWritten } = await file.write(left, 0, left.length, position + written);
      written += bytesWritten;
    }
  } catch (error) {
    const why = `Cannot write what was downloaded to the disk: ${messageOf(error)}.`;
    throw new Error(`${why} See that it has room for the whole object.`, {
      cause: error,
    });
  }
}
