import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { unlessAborted } from '../core/cancellation.ts';
import { attemptsOf } from './diagnosis.ts';
import { headObject, headState } from './head-object.ts';
import type { ObjectState, Pin } from './object-state.ts';
import { rangeFrom, rangeRequest } from './ranged-read.ts';
import { type S3Action, type S3Attempt, s3Failure } from './s3-failure.ts';
import { clientSettings, endpointOf, type StoreOptions } from './store-settings.ts';

/** What stops a request; what is thrown then is the signal's reason. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PutOptions extends RequestOptions {
  readonly contentType: string;
  /** Fails with `already-exists` rather than overwrite an object. */
  readonly onlyIfAbsent?: boolean;
}

export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly lastModified: Date;
  /** With its quotation marks. */
  readonly etag: string | null;
}

export interface HeadOptions extends RequestOptions {
  readonly versionId?: string | null;
}

export interface ReadOptions extends RequestOptions {
  /** Fails with `changed` rather than read another version. */
  readonly pin?: Pin;
}

/** User metadata of an object: `x-amz-meta-write-id`. */
const writeIdKey = 'write-id';

/**
 * The objects of one bucket. Every method throws `S3Failure`, or the signal's reason once
 * that is aborted. A request that was aborted or failed may still have been carried out.
 */
export class ObjectStore implements AsyncDisposable {
  readonly bucket: string;
  /** Null: Amazon's own. */
  readonly endpoint: string | null;
  readonly #client: S3Client;

  private constructor(options: StoreOptions) {
    this.bucket = options.bucket;
    this.endpoint = endpointOf(options);
    this.#client = new S3Client(clientSettings(options));
  }

  /** Contacts nobody yet. Throws `InvalidEndpointUrl`. */
  static open(options: StoreOptions): ObjectStore {
    return new ObjectStore(options);
  }

  /**
   * Stores an object; the server checks it against a checksum and keeps that.
   *
   * With `onlyIfAbsent`, the answer to a first attempt may be lost and the next be refused
   * because of our own object. So each such put carries an id of its own in the metadata:
   * an object found there with that id is ours, and the put has succeeded. Any other is
   * `already-exists`, even with the same bytes. To tell them apart needs s3:GetObject.
   */
  async put(key: string, body: Uint8Array, options: PutOptions): Promise<void> {
    const { contentType, onlyIfAbsent = false, signal } = options;
    const writeId = randomUUID();
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: key,
      Body: body,
      ContentType: contentType,
      ...(onlyIfAbsent && { IfNoneMatch: '*', Metadata: { [writeIdKey]: writeId } }),
    });
    await this.#attempt(this.#tried('write', key), signal, async (abortSignal) => {
      try {
        await this.#client.send(command, { abortSignal });
      } catch (error) {
        const refused = s3Failure(error, this.#tried('write', key));
        const mayBeOurs = refused.code === 'already-exists' && attemptsOf(error) > 1;
        if (!mayBeOurs) throw error;
        if ((await this.#writeId(key, abortSignal)) !== writeId) throw error;
      }
    });
  }

  /**
   * Reads a whole object into memory. What arrives is held against its length and against
   * the checksum that the store keeps, if it keeps one: `corrupted` if they differ. A
   * transfer that breaks off is begun again, up to twice.
   */
  async get(key: string, options: RequestOptions = {}): Promise<Uint8Array> {
    const command = { Bucket: this.bucket, Key: key, ChecksumMode: 'ENABLED' } as const;
    return this.#transfer(
      this.#tried('read', key),
      options.signal,
      (abortSignal) => this.#client.send(new GetObjectCommand(command), { abortSignal }),
      async ({ Body, ContentLength }) => {
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        if (ContentLength === undefined || bytes.length === ContentLength) return bytes;
        const lengths = `${bytes.length} of ${ContentLength} bytes arrived`;
        throw Object.assign(new Error(lengths), { code: 'ECONNRESET' });
      },
    );
  }

  /** Asks what the store knows of an object, or of one version of it. */
  async head(key: string, options: HeadOptions = {}): Promise<ObjectState> {
    const { signal, versionId } = options;
    const version = versionId ? { VersionId: versionId } : {};
    const object = { Bucket: this.bucket, Key: key, ...version };
    return this.#attempt(this.#tried('read', key, versionId), signal, (abortSignal) =>
      headState(this.#client, object, abortSignal),
    );
  }

  /**
   * Reads some bytes of an object into memory; fewer only where it ends. Nothing holds
   * them against a checksum. A transfer that breaks off is begun again, up to twice.
   */
  async readRange(
    key: string,
    offset: number,
    length: number,
    options: ReadOptions = {},
  ): Promise<Uint8Array> {
    return this.#transfer(
      this.#tried('read', key, options.pin?.versionId),
      options.signal,
      (signal) => this.openRange(key, offset, length, { ...options, signal }),
      (bytes) => buffer(bytes),
    );
  }

  /**
   * Begins to read some bytes of an object; fewer arrive only where it ends. The stream
   * throws `unreachable` where the transfer breaks off. It must be read or the signal be
   * aborted, else it holds a connection.
   */
  async openRange(
    key: string,
    offset: number,
    length: number,
    options: ReadOptions = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    const { pin, signal } = options;
    const tried = this.#tried('read', key, pin?.versionId);
    const command = new GetObjectCommand({
      Bucket: this.bucket,
      Key: key,
      ...rangeRequest(offset, length, pin),
    });
    const bytes = await this.#attempt(tried, signal, async (abortSignal) => {
      const answer = await this.#client.send(command, { abortSignal });
      return rangeFrom(answer, offset, length, pin);
    });
    return explained(bytes, tried, signal);
  }

  /** Lists every object whose key begins with the prefix, in the order of the store. */
  async list(prefix: string, options: RequestOptions = {}): Promise<StoredObject[]> {
    return this.#attempt(
      this.#tried('list', prefix),
      options.signal,
      async (abortSignal) => {
        const objects: StoredObject[] = [];
        let next: string | undefined;
        do {
          const page = await this.#client.send(
            new ListObjectsV2Command({
              Bucket: this.bucket,
              Prefix: prefix,
              ContinuationToken: next,
            }),
            { abortSignal },
          );
          for (const { Key = '', Size = 0, LastModified, ETag } of page.Contents ?? []) {
            const lastModified = LastModified ?? new Date(0);
            objects.push({ key: Key, sizeBytes: Size, lastModified, etag: ETag || null });
          }
          next = page.IsTruncated ? page.NextContinuationToken : undefined;
        } while (next !== undefined);
        return objects;
      },
    );
  }

  /** Deletes an object; in a bucket with versions, hides it. None there is no failure. */
  async delete(key: string, options: RequestOptions = {}): Promise<void> {
    await this.#attempt(
      this.#tried('delete', key),
      options.signal,
      async (abortSignal) => {
        const command = new DeleteObjectCommand({ Bucket: this.bucket, Key: key });
        await this.#client.send(command, { abortSignal });
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
  }

  /** The id with which an object was put; null where it has none. */
  async #writeId(key: string, signal: AbortSignal): Promise<string | null> {
    const object = { Bucket: this.bucket, Key: key };
    return this.#attempt(this.#tried('read', key), signal, async (abortSignal) => {
      const head = await headObject(this.#client, object, abortSignal);
      return head.Metadata?.[writeIdKey] ?? null;
    });
  }

  /** Sends a request and reads its answer; the SDK's own retries end where that begins. */
  async #transfer<Answer, Value>(
    tried: S3Attempt,
    signal: AbortSignal | undefined,
    send: (abortSignal: AbortSignal) => Promise<Answer>,
    read: (answer: Answer) => Promise<Value>,
  ): Promise<Value> {
    return this.#attempt(tried, signal, async (abortSignal) => {
      for (let attempt = 1; ; attempt++) {
        const answer = await send(abortSignal);
        try {
          return await read(answer);
        } catch (error) {
          const { code } = s3Failure(error, tried);
          if (code !== 'unreachable' || attempt === 3) throw error;
        }
      }
    });
  }

  async #attempt<Value>(
    tried: S3Attempt,
    signal = new AbortController().signal,
    send: (abortSignal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    signal.throwIfAborted();
    try {
      // The SDK does not stop the fetching of credentials when the signal aborts.
      return await unlessAborted(send(signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      throw s3Failure(error, tried);
    }
  }

  #tried(action: S3Action, key: string, versionId?: string | null): S3Attempt {
    const { bucket, endpoint } = this;
    return { action, bucket, key, endpoint, isVersion: Boolean(versionId) };
  }
}

async function* explained(
  bytes: AsyncIterable<Uint8Array>,
  tried: S3Attempt,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    signal?.throwIfAborted();
    throw s3Failure(error, tried);
  }
}
