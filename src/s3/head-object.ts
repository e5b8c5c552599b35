import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { statusOf } from './diagnosis.ts';
import { equalPartSizes, type ObjectState, objectStateFrom } from './object-state.ts';

/** Which object, or which version of it. */
interface ObjectInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/** Asks for the state of an object; of a composite checksum, for the parts too. */
export async function headState(
  client: S3Client,
  object: ObjectInput,
  abortSignal: AbortSignal,
): Promise<ObjectState> {
  const input = { ...object, ChecksumMode: 'ENABLED' } as const;
  const state = objectStateFrom(object.Key, await headObject(client, input, abortSignal));
  const { checksum, versionId, etag } = state;
  if (!checksum?.isComposite) return state;
  const same = {
    ...object,
    ...(versionId !== null && { VersionId: versionId }),
    ...(etag !== null && { IfMatch: etag }),
  };
  const headPart = (part: number) =>
    headObject(client, { ...same, PartNumber: part }, abortSignal);
  const first = await headPart(1);
  if (!first.PartsCount) return state;
  const last = await headPart(first.PartsCount);
  const partSizes = equalPartSizes(state.sizeBytes, first, last);
  return { ...state, checksum: { ...checksum, partSizes } };
}

/**
 * Sends HEAD. An answer to that has no body that would say why it was refused; an answer
 * to GET has, and needs the same permission.
 */
export async function headObject(
  client: S3Client,
  input: HeadObjectCommandInput,
  abortSignal: AbortSignal,
): Promise<HeadObjectCommandOutput> {
  try {
    return await client.send(new HeadObjectCommand(input), { abortSignal });
  } catch (error) {
    const status = statusOf(error);
    if (status < 300 || status >= 500) throw error;
    const { Bucket, Key, VersionId, IfMatch } = input;
    const get = { Bucket, Key, VersionId, IfMatch, Range: 'bytes=0-0' };
    const { Body } = await client.send(new GetObjectCommand(get), { abortSignal });
    await Body?.transformToByteArray();
    throw error;
  }
}
