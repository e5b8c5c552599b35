import { constants, createInflate, createZstdDecompress } from 'node:zlib';
import type { Codec } from './archive.ts';
import { Lz4Frame } from './lz4-frame.ts';
import { Undecodable } from './undecodable.ts';

/** Takes what was compressed, and hands on what it was. */
export interface Decompressor {
  /** Throws `Undecodable`. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Throws `Undecodable` where the compressed stream has not come to its end, or goes on
   * behind it.
   */
  end(): Promise<void>;
  /** Lets go of one that is not brought to its end. */
  destroy(): void;
}

/** Is given each piece that comes out, and may keep nothing of it; it must not throw. */
export type Emit = (text: Uint8Array) => void;

const outputBytes = 256 * 1024;

/** Begins to decompress one block. */
export function decompressor(codec: Codec, emit: Emit): Decompressor {
  if (codec === 'gzip' || codec === 'zstd') return new ZlibDecompressor(codec, emit);
  const frame = codec === 'lz4' ? new Lz4Frame(emit) : null;
  return {
    write: async (bytes) => (frame ? frame.write(bytes) : emit(bytes)),
    end: async () => frame?.end(),
    destroy: () => {},
  };
}

/** gzip, which in an archive is a bare stream of zlib, and zstd: by Node, in a thread. */
class ZlibDecompressor implements Decompressor {
  readonly #stream: ReturnType<typeof createInflate | typeof createZstdDecompress>;
  readonly #failed: Promise<never>;
  readonly #ended: Promise<unknown>;
  #writtenBytes = 0;

  constructor(codec: 'gzip' | 'zstd', emit: Emit) {
    this.#stream =
      codec === 'gzip'
        ? createInflate({ chunkSize: outputBytes })
        : createZstdDecompress({
            chunkSize: outputBytes,
            // pg_dump with zstd:long has larger windows than a decoder takes unasked.
            params: { [constants.ZSTD_d_windowLogMax]: 31 },
          });
    // So the thread already unpacks the next piece while this one is looked at.
    this.#stream.on('data', (text: Buffer) => queueMicrotask(() => emit(text)));
    this.#failed = new Promise((_, reject) => {
      this.#stream.once('error', ({ message }) => reject(new Undecodable(message)));
    });
    this.#failed.catch(() => {});
    this.#ended = new Promise((resolve) => this.#stream.once('end', resolve));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#writtenBytes += bytes.length;
    const { promise: taken, resolve } = Promise.withResolvers<void>();
    this.#stream.write(bytes, () => resolve());
    // What stands behind the end of the compressed stream is never taken.
    await Promise.race([taken, this.#failed, this.#ended]);
    this.#refuseRest();
  }

  async end(): Promise<void> {
    this.#stream.end();
    await Promise.race([this.#ended, this.#failed]);
    this.#refuseRest();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #refuseRest(): void {
    const behind = this.#writtenBytes - this.#stream.bytesWritten;
    if (behind === 0) return;
    throw new Undecodable(
      `${behind} bytes stand behind the end of the compressed stream`,
    );
  }
}
