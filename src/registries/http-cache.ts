import { hash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RawAnswer } from './http-exchange.ts';

export interface KeptAnswer {
  readonly etag: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** An answer that is larger is not worth its place. */
const largestEntryBytes = 16 * 1024 ** 2;
/** What the directory may hold before its oldest entries go. */
const largestBytes = 256 * 1024 ** 2;

/**
 * Answers with an ETag, each in a file of its own: a line of JSON, then the body. It is only
 * ever a help: what cannot be read, or is not what was written, counts as not there.
 */
export class HttpCache {
  readonly #directory: string;
  #ready: Promise<void> | null = null;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The name under which the answer to a request is kept. */
  key(url: string, accept: string): string {
    return hash('sha256', `${url}\n${accept}`);
  }

  async read(key: string): Promise<KeptAnswer | null> {
    try {
      const file = path.join(this.#directory, key);
      if ((await stat(file)).size > 2 * largestEntryBytes) return null;
      const bytes = await readFile(file);
      const lineEnd = bytes.indexOf(0x0a);
      const { etag, type, sha256 } = JSON.parse(bytes.toString('utf8', 0, lineEnd));
      const body = bytes.subarray(lineEnd + 1);
      if (typeof etag !== 'string' || hash('sha256', body) !== sha256) return null;
      return {
        etag,
        headers: typeof type === 'string' ? { 'content-type': type } : {},
        body,
      };
    } catch {
      return null;
    }
  }

  async write(key: string, { status, headers, body }: RawAnswer): Promise<void> {
    const { etag, 'content-type': type } = headers;
    if (status !== 200 || !etag || body.length > largestEntryBytes) return;
    const head = JSON.stringify({ etag, type, sha256: hash('sha256', body) });
    try {
      this.#ready ??= this.#makeRoom();
      await this.#ready;
      const file = path.join(this.#directory, key);
      // Another run may read or write the same entry now.
      const unfinished = `${file}.${randomUUID()}`;
      await writeFile(unfinished, Buffer.concat([Buffer.from(`${head}\n`), body]));
      await rename(unfinished, file);
    } catch {
      // The next run asks for the whole again.
    }
  }

  async #makeRoom(): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const names = await readdir(this.#directory);
    const files = await Promise.all(
      names.map(async (name) => {
        const file = path.join(this.#directory, name);
        const { size, mtimeMs } = await stat(file);
        return { file, size, mtimeMs };
      }),
    );
    let sizeBytes = 0;
    for (const { file, size } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
      sizeBytes += size;
      if (sizeBytes > largestBytes) await rm(file, { force: true });
    }
  }
}
