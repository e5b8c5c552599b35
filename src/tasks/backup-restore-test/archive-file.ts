import { type FileHandle, open } from 'node:fs/promises';
import type { Archive } from '../../pg-dump/archive.ts';
import { type ByteSource, readArchive } from '../../pg-dump/read-archive.ts';

/** A file whose bytes are read by range. */
export class ArchiveFile implements ByteSource, AsyncDisposable {
  readonly sizeBytes: number;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
  }

  static async open(path: string): Promise<ArchiveFile> {
    const handle = await open(path);
    return new ArchiveFile(handle, (await handle.stat()).size);
  }

  async read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted();
    const { bytesRead, buffer } = await this.#handle.read(
      Buffer.alloc(length),
      0,
      length,
      offset,
    );
    return buffer.subarray(0, bytesRead);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Reads the head and the table of contents of an archive in a file. */
export async function readArchiveFile(
  path: string,
  signal: AbortSignal,
): Promise<Archive> {
  await using file = await ArchiveFile.open(path);
  return await readArchive(file, signal);
}
