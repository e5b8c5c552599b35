import { randomBytes, randomUUID } from 'node:crypto';
import { PutBucketPolicyCommand, type S3Client } from '@aws-sdk/client-s3';
import { runCommand } from '../../scripts/command.ts';
import type { S3Environment } from './s3.ts';

/** Makes a user of a gateway; `root` may make users. */
export async function makeUser(
  program: string,
  root: S3Environment,
): Promise<S3Environment> {
  const env = {
    ...root,
    AWS_ACCESS_KEY_ID: `user-${randomUUID()}`,
    AWS_SECRET_ACCESS_KEY: randomBytes(20).toString('hex'),
  };
  const { code, output } = await runCommand(
    program,
    [
      ...['admin', 'create-user', '--role', 'user'],
      ...['--access', env.AWS_ACCESS_KEY_ID, '--secret', env.AWS_SECRET_ACCESS_KEY],
    ],
    {
      ADMIN_ACCESS_KEY: root.AWS_ACCESS_KEY_ID,
      ADMIN_SECRET_KEY: root.AWS_SECRET_ACCESS_KEY,
      ADMIN_ENDPOINT_URL: root.AWS_ENDPOINT_URL,
    },
  );
  if (code !== 0) throw new Error(`versitygw makes no user:\n${output}`);
  return env;
}

/** Lets a user do these things, and only these, in a bucket. */
export async function allow(
  client: S3Client,
  user: S3Environment,
  bucket: string,
  actions: readonly string[],
): Promise<void> {
  const statement = (onBucket: boolean, resource: string) => ({
    Effect: 'Allow',
    Principal: { AWS: [user.AWS_ACCESS_KEY_ID] },
    Action: actions.filter((action) => action.startsWith('s3:List') === onBucket),
    Resource: [resource],
  });
  const statements = [
    statement(true, `arn:aws:s3:::${bucket}`),
    statement(false, `arn:aws:s3:::${bucket}/*`),
  ].filter(({ Action }) => Action.length > 0);
  const policy = { Version: '2012-10-17', Statement: statements };
  await client.send(
    new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) }),
  );
}
