import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { type ChecksumAlgorithm, checksumAlgorithms } from './checksums.ts';

/** What a store tells of one version of an object. */
export interface ObjectState extends Pin {
  readonly key: string;
  readonly sizeBytes: number;
  readonly lastModified: Date;
  /** Null: STANDARD. */
  readonly storageClass: string | null;
  readonly checksum: StoredChecksum | null;
}

/** Which version of an object is read; an `ObjectState` is one. */
export interface Pin {
  /** Null in a bucket without versions. */
  readonly versionId: string | null;
  /** With its quotation marks. */
  readonly etag: string | null;
  /** What is read must have this size. */
  readonly sizeBytes?: number;
}

/** A checksum that the store keeps of an object. */
export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** In base64, without the `-N` of a composite one. */
  readonly value: string;
  /** A checksum of the checksums of its parts. */
  readonly isComposite: boolean;
  /** Of a composite one; null where they are not known. */
  readonly partSizes: readonly number[] | null;
}

/** The answer to HEAD that asked for the checksum; the sizes of parts are not in it. */
export function objectStateFrom(key: string, head: HeadObjectCommandOutput): ObjectState {
  return {
    key,
    sizeBytes: head.ContentLength ?? 0,
    lastModified: head.LastModified ?? new Date(0),
    etag: head.ETag ?? null,
    versionId: head.VersionId ?? null,
    storageClass: head.StorageClass === 'STANDARD' ? null : (head.StorageClass ?? null),
    checksum: checksumFrom(head),
  };
}

function checksumFrom(head: HeadObjectCommandOutput): StoredChecksum | null {
  for (const algorithm of checksumAlgorithms) {
    const text = head[`Checksum${algorithm}`];
    if (!text) continue;
    const [value = '', parts] = text.split('-');
    const isComposite = parts !== undefined || head.ChecksumType === 'COMPOSITE';
    return { algorithm, value, isComposite, partSizes: null };
  }
  return null;
}

/**
 * The sizes of the parts of an object, where all but the last are alike, from the answers
 * to HEAD for the first and the last part; null where they are not.
 */
export function equalPartSizes(
  sizeBytes: number,
  first: HeadObjectCommandOutput,
  last: HeadObjectCommandOutput,
): number[] | null {
  const { PartsCount: count = 0, ContentLength: partBytes = 0 } = first;
  const lastBytes = sizeBytes - (count - 1) * partBytes;
  if (count < 1 || lastBytes < 0 || last.ContentLength !== lastBytes) return null;
  return [...Array<number>(count - 1).fill(partBytes), lastBytes];
}
