import { diagnose } from './diagnosis.ts';
import { formatS3Url } from './s3-url.ts';

export type S3Action = 'write' | 'read' | 'list' | 'delete';

/** What was tried, and where. */
export interface S3Attempt {
  readonly action: S3Action;
  readonly bucket: string;
  /** The key; of `list`, the prefix. */
  readonly key: string;
  /** Null: Amazon's own. */
  readonly endpoint: string | null;
  /** One version of an object was asked for by its id. */
  readonly isVersion?: boolean;
}

export type S3FailureCode =
  | 'access-denied'
  | 'already-exists'
  | 'changed'
  | 'corrupted'
  | 'expired-credentials'
  | 'no-credentials'
  | 'no-region'
  | 'no-such-bucket'
  | 'no-such-key'
  | 'unavailable'
  | 'unexpected'
  | 'unreachable'
  | 'wrong-credentials'
  | 'wrong-region';

/**
 * A request to S3 failed. It has no `cause`: what the SDK throws holds the request with
 * its session token.
 */
export class S3Failure extends Error {
  readonly code: S3FailureCode;

  constructor(code: S3FailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Makes the failure of a request; one that is explained already stays as it is. */
export function s3Failure(error: unknown, attempt: S3Attempt): S3Failure {
  if (error instanceof S3Failure) return error;
  const { code, what, cure } = diagnose(error, attempt);
  return new S3Failure(code, `${tried(attempt)}: ${what}. ${cure}`);
}

/** Explains a failure: what was tried, what came back, what to do. */
export function explainS3Failure(error: unknown, attempt: S3Attempt): string {
  return s3Failure(error, attempt).message;
}

function tried({ action, bucket, key, endpoint }: S3Attempt): string {
  return `Cannot ${action} ${formatS3Url(bucket, key)} at ${endpoint ?? 'Amazon S3'}`;
}
