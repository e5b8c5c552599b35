import type { Readable } from 'node:stream';
import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Pin } from './object-state.ts';

/** The part of a request that asks for some bytes of one version of an object. */
export function rangeRequest(
  offset: number,
  length: number,
  pin: Pin | undefined,
): Pick<GetObjectCommandInput, 'Range' | 'VersionId' | 'IfMatch'> {
  return {
    Range: `bytes=${offset}-${offset + length - 1}`,
    ...(pin?.versionId && { VersionId: pin.versionId }),
    ...(pin?.etag && { IfMatch: pin.etag }),
  };
}

/**
 * The bytes of an answer to such a request: as many as were asked for, fewer only where
 * the object ends. Throws what the SDK would, so that it is explained like its errors.
 */
export function rangeFrom(
  answer: GetObjectCommandOutput,
  offset: number,
  length: number,
  pin: Pin | undefined,
): AsyncIterable<Uint8Array> {
  const body = answer.Body as Readable;
  const [, start, end, size] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange ?? '') ?? [];
  if (Number(start) !== offset || Number(end) >= offset + length) {
    body.destroy();
    const said = `it answered a ranged read with Content-Range ${answer.ContentRange}`;
    throw Object.assign(new Error(said), { name: 'NotImplemented' });
  }
  if (pin?.sizeBytes !== undefined && Number(size) !== pin.sizeBytes) {
    body.destroy();
    const said = `it has ${size} bytes instead of ${pin.sizeBytes}`;
    throw Object.assign(new Error(said), { name: 'PreconditionFailed' });
  }
  return exactly(body, Number(end) + 1 - offset);
}

async function* exactly(body: Readable, length: number): AsyncIterable<Uint8Array> {
  let arrived = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    arrived += chunk.length;
    if (arrived > length) break;
    yield chunk;
  }
  if (arrived === length) return;
  const lengths = `${arrived} of ${length} bytes arrived`;
  throw Object.assign(new Error(lengths), { code: 'ECONNRESET' });
}
