import {
  type ChecksumAlgorithm,
  type ChecksumType,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

export interface MultipartUpload {
  /** All parts but the last have the size of the last one named; at least 5 MiB each. */
  readonly partBytes: number | readonly number[];
  readonly algorithm: ChecksumAlgorithm;
  /** Of the checksum of the whole. */
  readonly type: ChecksumType;
}

/** Uploads an object in parts, each with its checksum. */
export async function uploadInParts(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
  body: Uint8Array,
  { partBytes, algorithm, type }: MultipartUpload,
): Promise<void> {
  const kind = { ChecksumAlgorithm: algorithm, ChecksumType: type };
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...object, ...kind }),
  );
  const upload = { ...object, UploadId };
  const parts: CompletedPart[] = [];
  for (const part of cut(body, [partBytes].flat())) {
    const PartNumber = parts.length + 1;
    const answer = await client.send(
      new UploadPartCommand({
        ...upload,
        PartNumber,
        Body: part,
        ChecksumAlgorithm: algorithm,
      }),
    );
    const { ETag } = answer;
    const name = `Checksum${algorithm}` as keyof typeof answer;
    parts.push({ PartNumber, ETag, [name]: answer[name] } as CompletedPart);
  }
  await client.send(
    new CompleteMultipartUploadCommand({
      ...upload,
      MultipartUpload: { Parts: parts },
      ChecksumType: type,
    }),
  );
}

function* cut(body: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let size = body.length;
  for (let start = 0, part = 0; start < body.length; start += size, part++) {
    size = sizes[part] ?? size;
    yield body.subarray(start, start + size);
  }
}
