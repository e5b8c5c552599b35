import type { Diagnosis } from './diagnosis.ts';
import type { S3Attempt } from './s3-failure.ts';

/** What the store itself said: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function fromServer(
  name: string,
  status: number,
  said: string,
  attempt: S3Attempt,
): Diagnosis | undefined {
  const { bucket, action } = attempt;
  const known: Record<string, Diagnosis> = {
    NoSuchBucket: {
      code: 'no-such-bucket',
      what: `there is no bucket ${bucket} (${said})`,
      cure: 'Correct the name in the S3 URL, or the endpoint and region; or create the bucket.',
    },
    NoSuchKey: {
      code: 'no-such-key',
      what: `there is no such object (${said})`,
      cure: 'Look whether somebody else, or a lifecycle rule of the bucket, has deleted it.',
    },
    AccessDenied: accessDenied(said, attempt),
    InvalidAccessKeyId: {
      code: 'wrong-credentials',
      what: `the store does not know the access key (${said})`,
      cure: 'Correct AWS_ACCESS_KEY_ID, or the endpoint: the key belongs to one store.',
    },
    SignatureDoesNotMatch: {
      code: 'wrong-credentials',
      what: `the signature does not match (${said})`,
      cure: 'Correct AWS_SECRET_ACCESS_KEY; if it is right, something on the way changes the request (a proxy that rewrites Host).',
    },
    ExpiredToken: {
      code: 'expired-credentials',
      what: `the session token has expired (${said})`,
      cure: 'Fetch new credentials right before this step, for longer than the window lasts (role-duration-seconds).',
    },
    InvalidToken: {
      code: 'wrong-credentials',
      what: `the session token is not accepted (${said})`,
      cure: 'Correct AWS_SESSION_TOKEN, or unset it where the keys are permanent ones.',
    },
    RequestTimeTooSkewed: {
      code: 'unexpected',
      what: `the clocks differ too much (${said})`,
      cure: 'Set the clock of the runner.',
    },
    PermanentRedirect: wrongRegion(said),
    AuthorizationHeaderMalformed: wrongRegion(said),
    NoSuchVersion: {
      code: 'no-such-key',
      what: `there is no such version of the object (${said})`,
      cure: 'Look whether somebody else, or a lifecycle rule of the bucket, has deleted it.',
    },
    PreconditionFailed: preconditionFailed(said, attempt),
    InvalidRange: {
      code: 'changed',
      what: `it ends before the bytes that were asked for (${said})`,
      cure: 'Somebody replaced it while it was read: run again.',
    },
    ConditionalRequestConflict: {
      code: 'unavailable',
      what: `somebody else writes it at this moment (${said})`,
      cure: 'See that only one run works on this prefix, and run again.',
    },
    BadDigest: {
      code: 'corrupted',
      what: `what arrived at the store is not what was sent (${said})`,
      cure: 'Nothing was stored: run again; if it stays, look for a proxy that changes what it passes on.',
    },
    InvalidObjectState: {
      code: 'unexpected',
      what: `the object lies in an archive class and cannot be read at once (${said})`,
      cure: 'Restore it first (aws s3api restore-object).',
    },
    NotImplemented: {
      code: 'unexpected',
      what: `the store cannot do that (${said})`,
      cure: 'It must know conditional writes (If-None-Match), ranged reads and checksums: update the store.',
    },
  };
  const same: Record<string, string> = {
    AuthorizationError: 'AccessDenied',
    AllAccessDisabled: 'AccessDenied',
    AccountProblem: 'AccessDenied',
    XAmzContentChecksumMismatch: 'BadDigest',
    XAmzContentSHA256Mismatch: 'BadDigest',
    ExpiredTokenException: 'ExpiredToken',
    TokenRefreshRequired: 'ExpiredToken',
    InvalidClientTokenId: 'InvalidAccessKeyId',
    XAdminUserNotFound: 'InvalidAccessKeyId',
    IllegalLocationConstraintException: 'AuthorizationHeaderMalformed',
  };
  const diagnosis = known[same[name] ?? name];
  if (diagnosis) return diagnosis;
  if (status === 429 || status >= 500 || name === 'SlowDown') {
    return {
      code: 'unavailable',
      what: `the store is overloaded or broken (${status} ${said}), after several attempts`,
      cure: 'Run again later; if it stays, look at the state of the store.',
    };
  }
  // An answer without a body, as to HEAD, has nothing but its status.
  if (!/^(|\d+|NotFound|Unknown|UnknownError)$/.test(name)) return undefined;
  if (status === 301) return known['PermanentRedirect'];
  if (status === 403) return known['AccessDenied'];
  if (status === 404) return known[action === 'list' ? 'NoSuchBucket' : 'NoSuchKey'];
  if (status === 412) return known['PreconditionFailed'];
  return undefined;
}

/** A write has the condition that there is no object, a read that it is still the same. */
function preconditionFailed(said: string, { action }: S3Attempt): Diagnosis {
  if (action === 'read') {
    return {
      code: 'changed',
      what: `somebody replaced the object while it was read (${said})`,
      cure: 'Run again; if it stays, see that nobody writes under this key meanwhile.',
    };
  }
  return {
    code: 'already-exists',
    what: `there is such an object already (${said})`,
    cure: 'It was left as it is: look where it comes from, then delete it or choose another prefix.',
  };
}

function wrongRegion(said: string): Diagnosis {
  return {
    code: 'wrong-region',
    what: `the bucket is in another region (${said})`,
    cure: 'Set the input region, or AWS_REGION, to the region of the bucket.',
  };
}

function accessDenied(said: string, attempt: S3Attempt): Diagnosis {
  const { action, bucket, key, isVersion = false } = attempt;
  const object = `arn:aws:s3:::${bucket}/${key}`;
  const list = `s3:ListBucket on arn:aws:s3:::${bucket}`;
  const needed = {
    write: `s3:PutObject on ${object}`,
    read: `${isVersion ? 's3:GetObjectVersion' : 's3:GetObject'} on ${object}, and ${list}: without that, a missing object looks like a forbidden one`,
    list,
    delete: `s3:DeleteObject on ${object}`,
  };
  const kms = /kms:\w+/.exec(said)?.[0];
  return {
    code: 'access-denied',
    what: `access denied (${said})`,
    cure: kms
      ? `Allow the identity ${kms} on the key that the bucket is encrypted with.`
      : `Allow the identity ${needed[action]}.`,
  };
}
