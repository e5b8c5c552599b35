import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** Stands in for `aws s3 cp`: one GET, into a file. */
const [bucket, key, file] = process.argv.slice(2);
if (!bucket || !key || !file)
  throw new Error('Which bucket and key, and into which file?');

const client = new S3Client({ forcePathStyle: true });
const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
await pipeline(Body as Readable, createWriteStream(file));
client.destroy();
