import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ChecksumAlgorithm,
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { makeClusterDirectory } from './cluster-directory.ts';
import { freePort } from './free-port.ts';
import { spawnTied } from './lifeline.ts';
import { collectOutput } from './process-output.ts';
import { type MultipartUpload, uploadInParts } from './s3-upload.ts';
import { allow, makeUser } from './s3-user.ts';
import { goProgram } from './tools.ts';

/** The `AWS_*` variables with which a program gets into the store. */
export type S3Environment = Readonly<
  Record<
    'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_ENDPOINT_URL' | 'AWS_REGION',
    string
  >
>;

export interface S3 extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly endpointUrl: string;
  readonly port: number;
  readonly env: S3Environment;
  /** With versions, an object that is overwritten or deleted stays readable by its id. */
  createBucket(name: string, options?: { readonly versions: boolean }): Promise<void>;
  /** Where an object lies on the disk. */
  file(bucket: string, key: string): string;
  /** The keys of a bucket in order, as they lie on the disk. */
  files(bucket: string): Promise<string[]>;
  /** What lies on the disk, whatever the gateway would say of it. */
  read(bucket: string, key: string): Promise<Buffer>;
  /** Default checksum: CRC32. */
  write(
    bucket: string,
    key: string,
    body: Uint8Array | string,
    algorithm?: ChecksumAlgorithm,
  ): Promise<void>;
  writeInParts(
    bucket: string,
    key: string,
    body: Uint8Array,
    upload: MultipartUpload,
  ): Promise<void>;
  /** Sets when an object was last modified. */
  touch(bucket: string, key: string, lastModified: Date): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
  /**
   * Makes an identity that may do in one bucket what `actions` say, such as
   * `s3:PutObject`, and nothing else; one identity a bucket.
   */
  createUser(bucket: string, actions: readonly string[]): Promise<S3Environment>;
}

/** Starts an S3 store of its own on loopback: versitygw on a directory. */
export async function startS3(): Promise<S3> {
  const program = await goProgram('github.com/versity/versitygw/cmd/versitygw', '1.8.0');
  await using unfinished = new AsyncDisposableStack();
  const directory = await makeClusterDirectory();
  unfinished.defer(() => fs.rm(directory, { recursive: true, force: true }));
  const place: GatewayPlace = {
    program,
    data: path.join(directory, 'data'),
    metadata: path.join(directory, 'metadata'),
    users: path.join(directory, 'users'),
    versions: path.join(directory, 'versions'),
    accessKey: 'rigroot',
    secretKey: randomBytes(20).toString('hex'),
  };
  const { data, metadata, users, versions } = place;
  for (const one of [data, metadata, users, versions]) await fs.mkdir(one);
  const gateway = unfinished.use(await startListening(place));
  const endpointUrl = `http://127.0.0.1:${gateway.port}`;
  const env: S3Environment = {
    AWS_ACCESS_KEY_ID: place.accessKey,
    AWS_SECRET_ACCESS_KEY: place.secretKey,
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_REGION: 'us-east-1',
  };
  const client = new S3Client({
    endpoint: endpointUrl,
    region: env.AWS_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: place.accessKey, secretAccessKey: place.secretKey },
  });
  unfinished.defer(() => client.destroy());
  const file = (bucket: string, key: string) => path.join(place.data, bucket, key);
  const resources = unfinished.move();
  return {
    endpointUrl,
    port: gateway.port,
    env,
    async createBucket(name, options) {
      await client.send(new CreateBucketCommand({ Bucket: name }));
      if (!options?.versions) return;
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await client.send(
        new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }),
      );
    },
    file,
    files: (bucket) => filesBelow(path.join(place.data, bucket)),
    read: (bucket, key) => fs.readFile(file(bucket, key)),
    async write(bucket, key, body, algorithm) {
      const object = { Bucket: bucket, Key: key, Body: body };
      const checksum = algorithm && { ChecksumAlgorithm: algorithm };
      await client.send(new PutObjectCommand({ ...object, ...checksum }));
    },
    writeInParts: (bucket, key, body, upload) =>
      uploadInParts(client, { Bucket: bucket, Key: key }, body, upload),
    touch: (bucket, key, lastModified) =>
      fs.utimes(file(bucket, key), lastModified, lastModified),
    async remove(bucket, key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
    async createUser(bucket, actions) {
      const user = await makeUser(program, env);
      if (actions.length > 0) await allow(client, user, bucket, actions);
      return user;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

interface GatewayPlace {
  readonly program: string;
  readonly data: string;
  /** Beside the data, so that no file system needs extended attributes. */
  readonly metadata: string;
  readonly users: string;
  readonly versions: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

interface Gateway extends AsyncDisposable {
  readonly port: number;
}

async function startListening(place: GatewayPlace): Promise<Gateway> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startGateway(place, await freePort());
    } catch (error) {
      // Someone else took the free port before the gateway did.
      const isTaken = String(error).includes('address already in use');
      if (!isTaken || attempt === 3) throw error;
    }
  }
}

async function startGateway(place: GatewayPlace, port: number): Promise<Gateway> {
  // Whoever answers at this path is our own gateway.
  const health = `/${randomUUID()}`;
  const child = spawnTied(
    place.program,
    [
      ...['--port', `127.0.0.1:${port}`, '--health', health, '--quiet'],
      ...['--iam-dir', place.users, '--iam-cache-disable'],
      ...['posix', '--sidecar', place.metadata],
      ...['--versioning-dir', place.versions, place.data],
    ],
    'SIGKILL',
    {
      cwd: place.data,
      env: {
        PATH: process.env['PATH'],
        ROOT_ACCESS_KEY: place.accessKey,
        ROOT_SECRET_KEY: place.secretKey,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output = collectOutput(child);
  const closed = once(child, 'close');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}${health}`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return { port, [Symbol.asyncDispose]: stop };
    const ended = hasEnded();
    if (ended || Date.now() > giveUpAt) {
      await stop();
      const what = ended ? 'ended' : 'is not ready after 30 s';
      throw new Error(`versitygw ${what}. Its output is:\n${output.text()}`);
    }
    await delay(10);
  }
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await fs.readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('.sgwtmp'))
    .sort();
}
