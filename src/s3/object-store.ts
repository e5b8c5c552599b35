import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { unlessAborted } from '../core/cancellation.ts';
import { attemptsOf } from './diagnosis.ts';
import { type S3Action, s3Failure } from './s3-failure.ts';
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
    await this.#attempt('write', key, signal, async (abortSignal) => {
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
    return this.#attempt('read', key, options.signal, async (abortSignal) => {
      for (let attempt = 1; ; attempt++) {
        const command = new GetObjectCommand({ Bucket: this.bucket, Key: key });
        const { Body, ContentLength } = await this.#client.send(command, { abortSignal });
        try {
          const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
          if (ContentLength === undefined || bytes.length === ContentLength) return bytes;
          const lengths = `${bytes.length} of ${ContentLength} bytes arrived`;
          throw Object.assign(new Error(lengths), { code: 'ECONNRESET' });
        } catch (error) {
          // The SDK's own retries end where the body begins.
          const { code } = s3Failure(error, this.#tried('read', key));
          if (code !== 'unreachable' || attempt === 3) throw error;
        }
      }
    });
  }

  /** Lists every object whose key begins with the prefix, in the order of the store. */
  async list(prefix: string, options: RequestOptions = {}): Promise<StoredObject[]> {
    return this.#attempt('list', prefix, options.signal, async (abortSignal) => {
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
        for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
          const lastModified = LastModified ?? new Date(0);
          objects.push({ key: Key, sizeBytes: Size, lastModified });
        }
        next = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (next !== undefined);
      return objects;
    });
  }

  /** Deletes an object; in a bucket with versions, hides it. None there is no failure. */
  async delete(key: string, options: RequestOptions = {}): Promise<void> {
    await this.#attempt('delete', key, options.signal, async (abortSignal) => {
      const command = new DeleteObjectCommand({ Bucket: this.bucket, Key: key });
      await this.#client.send(command, { abortSignal });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
  }

  /** The id with which an object was put; null where it has none. */
  async #writeId(key: string, signal: AbortSignal): Promise<string | null> {
    return this.#attempt('read', key, signal, async (abortSignal) => {
      const command = new HeadObjectCommand({ Bucket: this.bucket, Key: key });
      const head = await this.#client.send(command, { abortSignal });
      return head.Metadata?.[writeIdKey] ?? null;
    });
  }

  async #attempt<Value>(
    action: S3Action,
    key: string,
    signal = new AbortController().signal,
    send: (abortSignal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    signal.throwIfAborted();
    try {
      // The SDK does not stop the fetching of credentials when the signal aborts.
      return await unlessAborted(send(signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      throw s3Failure(error, this.#tried(action, key));
    }
  }

  #tried(action: S3Action, key: string) {
    const { bucket, endpoint } = this;
    return { action, bucket, key, endpoint };
  }
}
