import {
  createInflate,
  createZstdDecompress,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
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
/** What has more is decompressed in a thread, and what comes out of it piece by piece. */
const shortBytes = 16 * 1024;
const shortOutputBytes = 4 * 1024 ** 2;

/** Begins to decompress one block. */
export function decompressor(codec: Codec, emit: Emit): Decompressor {
  if (codec === 'gzip' || codec === 'zstd') return new ShortOrLong(codec, emit);
  const frame = codec === 'lz4' ? new Lz4Frame(emit) : null;
  return {
    write: async (bytes) => (frame ? frame.write(bytes) : emit(bytes)),
    end: async () => frame?.end(),
    destroy: () => {},
  };
}

/**
 * Keeps the first piece back, to decompress it at once if it stays the only one: there may be
 * a million large objects, and to set a thread up for each takes several times as long.
 */
class ShortOrLong implements Decompressor {
  readonly #codec: 'gzip' | 'zstd';
  readonly #emit: Emit;
  #first: Uint8Array | null = null;
  #long: ZlibDecompressor | null = null;

  constructor(codec: 'gzip' | 'zstd', emit: Emit) {
    this.#codec = codec;
    this.#emit = emit;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#long && !this.#first && bytes.length <= shortBytes) {
      this.#first = bytes;
      return;
    }
    const long = await this.#start();
    await long.write(bytes);
  }

  async end(): Promise<void> {
    if (!this.#long && this.#unpackAtOnce(this.#first ?? new Uint8Array())) return;
    const long = await this.#start();
    await long.end();
  }

  destroy(): void {
    this.#long?.destroy();
  }

  async #start(): Promise<ZlibDecompressor> {
    if (this.#long) return this.#long;
    this.#long = new ZlibDecompressor(this.#codec, this.#emit);
    if (this.#first) await this.#long.write(this.#first);
    return this.#long;
  }

  /** Returns false where too much would come out. */
  #unpackAtOnce(bytes: Uint8Array): boolean {
    const unpack = this.#codec === 'gzip' ? inflateSync : zstdDecompressSync;
    try {
      const options = { info: true, maxOutputLength: shortOutputBytes };
      // With `info`, of which the types know nothing, that is what it returns.
      const { buffer, engine } = unpack(bytes, options) as unknown as {
        buffer: Buffer;
        engine: { bytesWritten: number };
      };
      refuseRest(bytes.length - engine.bytesWritten);
      this.#emit(buffer);
      return true;
    } catch (error) {
      if (error instanceof Undecodable) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ERR_BUFFER_TOO_LARGE') return false;
      throw new Undecodable(message);
    }
  }
}

/** gzip, which in an archive is a bare stream of zlib, and zstd: by Node, in a thread. */
class ZlibDecompressor implements Decompressor {
  readonly #stream: ReturnType<typeof createInflate | typeof createZstdDecompress>;
  #writtenBytes = 0;
  #hasEnded = false;
  #failure: Undecodable | null = null;
  /** Ends the wait of `write` or `end`. */
  #wake: () => void = () => {};

  constructor(codec: 'gzip' | 'zstd', emit: Emit) {
    // The largest window of pg_dump, with zstd:long, is the largest that Node takes unasked.
    const create = codec === 'gzip' ? createInflate : createZstdDecompress;
    this.#stream = create({ chunkSize: outputBytes });
    // So the thread already unpacks the next piece while this one is looked at.
    this.#stream.on('data', (text: Buffer) => queueMicrotask(() => emit(text)));
    this.#stream.once('end', () => {
      this.#hasEnded = true;
      this.#wake();
    });
    this.#stream.once('error', (error) => this.#fail(error));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#writtenBytes += bytes.length;
    await this.#wait((taken) => {
      this.#stream.write(bytes, (error) => (error ? this.#fail(error) : taken()));
    });
  }

  async end(): Promise<void> {
    await this.#wait(() => this.#stream.end());
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #fail({ message }: Error): void {
    this.#failure ??= new Undecodable(message);
    this.#wake();
  }

  /** What stands behind the end of the compressed stream is never taken. */
  async #wait(begin: (done: () => void) => void): Promise<void> {
    if (!this.#hasEnded && !this.#failure) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        begin(resolve);
      });
    }
    if (this.#failure) throw this.#failure;
    refuseRest(this.#writtenBytes - this.#stream.bytesWritten);
  }
}

function refuseRest(bytes: number): void {
  if (bytes === 0) return;
  throw new Undecodable(`${bytes} bytes stand behind the end of the compressed stream`);
}
