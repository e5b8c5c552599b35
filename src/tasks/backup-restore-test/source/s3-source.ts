import type { ByteSource } from '../../../pg-dump/read-archive.ts';
import type { ObjectStore, StoredObject } from '../../../s3/object-store.ts';
import { formatS3Url } from '../../../s3/s3-url.ts';
import { type Backup, type BackupSource, NoBackups } from './source.ts';

/** What only makes a message better is not to be waited for. */
const hintMs = 5000;

/** The objects of a bucket whose keys begin with a prefix. Disposes of the store. */
export class S3Source implements BackupSource {
  readonly store: ObjectStore;
  readonly prefix: string;

  /** @param prefix `''`, or a text that ends with one `/` */
  constructor(store: ObjectStore, prefix: string) {
    this.store = store;
    this.prefix = prefix;
  }

  get place(): string {
    return formatS3Url(this.store.bucket, this.prefix);
  }

  async list(signal: AbortSignal): Promise<Backup[]> {
    const objects = await this.store.list(this.prefix, { signal });
    const backups = objects.filter((object) => !isFolder(object)).map(backupOf);
    if (backups.length > 0) return backups;
    throw new NoBackups(
      `There is no object under ${this.place}. ${await this.#hint(signal)}`,
    );
  }

  bytes(backup: Backup): ByteSource {
    const { etag, sizeBytes } = backup;
    const pin = { versionId: null, etag, sizeBytes };
    return {
      sizeBytes,
      read: (offset, length, signal) =>
        this.store.readRange(backup.key, offset, length, { signal, pin }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }

  /** What there is one level up; those rights may be missing. */
  async #hint(signal: AbortSignal): Promise<string> {
    const { bucket } = this.store;
    const advice = 'Give the prefix that the backup job uploads to.';
    const object = this.prefix.slice(0, -1);
    const parent = this.prefix.replace(/[^/]*\/$/, '');
    if (parent === this.prefix) return advice;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(hintMs)]);
    const others = await this.store.list(parent, { signal: limit }).catch(() => []);
    signal.throwIfAborted();
    if (others.some(({ key }) => key === object)) {
      const name = object.slice(parent.length);
      return `${formatS3Url(bucket, object)} is an object: give ${formatS3Url(bucket, parent)} as the source, and ${name} as the backup.`;
    }
    const folders = foldersOf(others, parent).map((one) => formatS3Url(bucket, one));
    if (folders.length === 0) return advice;
    const rest = folders.length > 5 ? `, and ${folders.length - 5} more` : '';
    return `One level up there are objects in ${folders.slice(0, 5).join(', ')}${rest}. ${advice}`;
  }
}

/** The folders right below a prefix in which there are objects, or the prefix itself. */
function foldersOf(objects: readonly StoredObject[], parent: string): string[] {
  const folders = objects
    .filter((object) => !isFolder(object))
    .map(({ key }) => {
      const slash = key.indexOf('/', parent.length);
      return slash < 0 ? parent : key.slice(0, slash + 1);
    });
  return [...new Set(folders)];
}

/** Consoles store an empty object to show a folder. */
function isFolder({ key, sizeBytes }: StoredObject): boolean {
  return key.endsWith('/') && sizeBytes === 0;
}

function backupOf({ key, sizeBytes, lastModified, etag }: StoredObject): Backup {
  return { key, sizeBytes, modifiedAt: lastModified, etag };
}
