import { open } from 'node:fs/promises';
import type { Archive } from '../../pg-dump/archive.ts';
import {
  type BlockDigest,
  type DecodeOptions,
  decodeArchive,
} from '../../pg-dump/decode-archive.ts';

/** So much is read at a time: enough for the disk, and little for the memory. */
const pieceBytes = 1024 * 1024;

/** An archive that was decoded from its first block to its last. */
export interface Decoded {
  readonly digests: readonly BlockDigest[];
  readonly seconds: number;
  readonly textBytes: number;
  readonly rows: number;
}

export interface DecodeFileOptions extends DecodeOptions {
  /**
   * Waits until the file holds a byte, or everything: it may still be on its way. Resolves
   * with how much of it is there.
   */
  readonly reached?: (byte: number) => Promise<number>;
}

/**
 * Decodes the data of an archive in a file, even while that arrives. A fault of the archive
 * is returned beside what was whole before it.
 */
export async function decodeFile(
  archive: Archive,
  file: string,
  options: DecodeFileOptions,
): Promise<Decoded & { readonly fault?: unknown }> {
  const begun = performance.now();
  const digests: BlockDigest[] = [];
  const end = (fault?: unknown) => ({
    digests,
    seconds: (performance.now() - begun) / 1000,
    textBytes: digests.reduce((sum, { textBytes }) => sum + textBytes, 0),
    rows: digests.reduce((sum, { rows }) => sum + rows, 0),
    ...(fault !== undefined && { fault }),
  });
  try {
    const bytes = piecesOf(file, archive.dataStartsAt, options);
    for await (const digest of decodeArchive(archive, bytes, options)) {
      digests.push(digest);
    }
    return end();
  } catch (error) {
    options.signal.throwIfAborted();
    return end(error);
  }
}

async function* piecesOf(
  file: string,
  from: number,
  { signal, reached }: DecodeFileOptions,
): AsyncGenerator<Uint8Array> {
  // A download makes the file; it is there once its first bytes are.
  await reached?.(from + 1);
  await using handle = await open(file);
  for (let at = from; ; ) {
    signal.throwIfAborted();
    const there = (await reached?.(at + 1)) ?? Number.POSITIVE_INFINITY;
    const length = Math.min(pieceBytes, there - at);
    if (length <= 0) return;
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
