import { describe, expect, test } from 'vitest';
import {
  explainS3Failure,
  type S3Attempt,
  S3Failure,
  s3Failure,
} from '../../src/s3/s3-failure.ts';

const attempt: S3Attempt = {
  action: 'write',
  bucket: 'archive',
  key: 'trades/2020.gz',
  endpoint: 'https://s3.example',
};

interface Details {
  readonly name?: string;
  readonly code?: string;
  readonly status?: number;
  readonly message?: string;
}

/** An error as the SDK, or Node below it, throws it. */
function failure({ name, code, status, message = 'what came back' }: Details): Error {
  const error = new Error(message);
  return Object.assign(error, {
    ...(name !== undefined && { name }),
    ...(code !== undefined && { code }),
    ...(status !== undefined && { $metadata: { httpStatusCode: status } }),
  });
}

function codeOf(details: Details, tried: Partial<S3Attempt> = {}): string {
  return s3Failure(failure(details), { ...attempt, ...tried }).code;
}

describe('every explanation', () => {
  const texts = [
    { name: 'NoSuchBucket', status: 404 },
    { name: 'AccessDenied', status: 403 },
    { name: 'CredentialsProviderError' },
    { code: 'ECONNREFUSED' },
    { name: 'TimeoutError' },
    { code: 'CERT_HAS_EXPIRED' },
    { status: 418 },
    {},
  ].map((details) => explainS3Failure(failure(details), attempt));

  test.each(texts)('says what was tried, on what: %s', (text) => {
    expect(text).toMatch(
      /^Cannot write s3:\/\/archive\/trades\/2020\.gz at https:\/\/s3\.example: /,
    );
  });

  test.each(texts)('ends with what to do: %s', (text) => {
    expect(text).toMatch(/: [^:].*\. [A-Z].*\.$/);
  });

  test('names Amazon S3 where there is no endpoint', () => {
    const text = explainS3Failure(failure({}), { ...attempt, endpoint: null });
    expect(text).toContain(' at Amazon S3: ');
  });

  test('is made once', () => {
    const first = s3Failure(failure({ name: 'AccessDenied' }), attempt);
    expect(s3Failure(first, { ...attempt, action: 'read' })).toBe(first);
    expect(first).toBeInstanceOf(S3Failure);
  });
});

describe('what the store said', () => {
  test.each([
    ['NoSuchBucket', 404, 'no-such-bucket', 'no bucket archive'],
    ['NoSuchKey', 404, 'no-such-key', 'lifecycle'],
    ['InvalidAccessKeyId', 403, 'wrong-credentials', 'AWS_ACCESS_KEY_ID'],
    ['SignatureDoesNotMatch', 403, 'wrong-credentials', 'AWS_SECRET_ACCESS_KEY'],
    ['InvalidToken', 400, 'wrong-credentials', 'AWS_SESSION_TOKEN'],
    ['ExpiredToken', 400, 'expired-credentials', 'role-duration-seconds'],
    ['PermanentRedirect', 301, 'wrong-region', 'AWS_REGION'],
    ['AuthorizationHeaderMalformed', 400, 'wrong-region', 'AWS_REGION'],
    ['PreconditionFailed', 412, 'already-exists', 'left as it is'],
    ['ConditionalRequestConflict', 409, 'unavailable', 'run again'],
    ['BadDigest', 400, 'corrupted', 'Nothing was stored'],
    ['NotImplemented', 501, 'unexpected', 'If-None-Match'],
    ['RequestTimeTooSkewed', 403, 'unexpected', 'clock'],
    ['InvalidObjectState', 403, 'unexpected', 'restore-object'],
    ['SlowDown', 503, 'unavailable', 'Run again later'],
    ['InternalError', 500, 'unavailable', 'Run again later'],
    ['TooManyRequests', 429, 'unavailable', 'Run again later'],
    ['KeyTooLongError', 400, 'unexpected', 'the store answered 400'],
  ])('with %s is repeated, with a cure', (name, status, code, cure) => {
    expect(codeOf({ name, status })).toBe(code);
    const text = explainS3Failure(failure({ name, status }), attempt);
    expect(text).toContain('what came back');
    expect(text).toContain(cure);
  });

  test.each([
    ['write', 's3:PutObject on arn:aws:s3:::archive/trades/2020.gz'],
    ['read', 's3:GetObject on arn:aws:s3:::archive/trades/2020.gz'],
    ['read', 's3:ListBucket on arn:aws:s3:::archive:'],
    ['delete', 's3:DeleteObject on arn:aws:s3:::archive/trades/2020.gz'],
    ['list', 's3:ListBucket on arn:aws:s3:::archive.'],
  ] as const)('when it denied to %s names the permission: %s', (action, permission) => {
    const denied = failure({ name: 'AccessDenied', status: 403 });
    expect(explainS3Failure(denied, { ...attempt, action })).toContain(permission);
    expect(codeOf({ name: 'AccessDenied', status: 403 }, { action })).toBe(
      'access-denied',
    );
  });

  test('when it denied to read one version names the permission on that', () => {
    const denied = failure({ name: 'AccessDenied', status: 403 });
    const read = { ...attempt, action: 'read', isVersion: true } as const;
    expect(explainS3Failure(denied, read)).toContain(
      's3:GetObjectVersion on arn:aws:s3:::archive/trades/2020.gz',
    );
  });

  test.each([
    ['PreconditionFailed', 412, 'changed', 'Run again'],
    ['InvalidRange', 416, 'changed', 'run again'],
    ['NoSuchVersion', 404, 'no-such-key', 'lifecycle'],
  ])('with %s to a read is told', (name, status, code, cure) => {
    const read = { ...attempt, action: 'read' } as const;
    expect(codeOf({ name, status }, read)).toBe(code);
    expect(explainS3Failure(failure({ name, status }), read)).toContain(cure);
  });

  test('of a key of KMS names the permission on that', () => {
    const message = 'User is not authorized to perform: kms:GenerateDataKey on the key';
    const text = explainS3Failure(failure({ name: 'AccessDenied', message }), attempt);
    expect(text).toContain('Allow the identity kms:GenerateDataKey on the key');
  });

  test.each([
    ['read', 404, 'no-such-key'],
    ['list', 404, 'no-such-bucket'],
    ['read', 403, 'access-denied'],
    ['read', 301, 'wrong-region'],
    ['write', 412, 'already-exists'],
    ['read', 412, 'changed'],
  ] as const)(
    'without a word, to %s with %i, is told by its status',
    (action, status, code) => {
      const details = { name: 'Unknown', status, message: 'UnknownError' };
      expect(codeOf(details, { action })).toBe(code);
    },
  );

  test('with a word of its own is not taken for another', () => {
    expect(codeOf({ name: 'NoSuchUpload', status: 404 })).toBe('unexpected');
    expect(codeOf({ name: 'constructor', status: 400 })).toBe('unexpected');
  });
});

describe('what the credentials said', () => {
  test('is told to be none', () => {
    const details = { name: 'CredentialsProviderError' };
    expect(codeOf(details)).toBe('no-credentials');
    expect(explainS3Failure(failure(details), attempt)).toContain(
      'configure-aws-credentials',
    );
  });

  test('of a role is not taken for a refusal of the bucket', () => {
    const message = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';
    const details = { name: 'AccessDenied', status: 403, message };
    expect(codeOf(details)).toBe('no-credentials');
    expect(explainS3Failure(failure(details), attempt)).toContain('id-token: write');
  });

  test('of a role that was assumed is not taken for the trouble', () => {
    const message =
      'User: arn:aws:sts::123456789012:assumed-role/maintenance/run is not authorized to perform: s3:PutObject';
    expect(codeOf({ name: 'AccessDenied', status: 403, message })).toBe('access-denied');
  });

  test('of a missing region names the input', () => {
    const details = { message: 'Region is missing' };
    expect(codeOf(details)).toBe('no-region');
    expect(explainS3Failure(failure(details), attempt)).toContain('AWS_REGION');
  });
});

describe('what the way said', () => {
  test.each([
    [{ code: 'ENOTFOUND' }, 'does not resolve'],
    [{ code: 'EAI_AGAIN' }, 'name servers'],
    [{ code: 'ECONNREFUSED' }, 'listens at https://s3.example'],
    [{ code: 'ECONNRESET' }, 'broke'],
    [{ code: 'EPIPE' }, 'broke'],
    [{ code: 'EHOSTUNREACH' }, 'no route'],
    [{ code: 'ETIMEDOUT', name: 'TimeoutError' }, 'in time'],
    [{ name: 'TimeoutError' }, 'in time'],
    [{ name: 'RequestTimeout', status: 400 }, 'in time'],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'NODE_EXTRA_CA_CERTS'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'NODE_EXTRA_CA_CERTS'],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'NODE_EXTRA_CA_CERTS'],
    [{ code: 'CERT_HAS_EXPIRED' }, 'Renew'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'another name'],
    [{ code: 'EPROTO' }, 'http://'],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'http://'],
  ])('%j is explained: %s', (details, text) => {
    expect(codeOf(details)).toBe('unreachable');
    expect(explainS3Failure(failure(details), attempt)).toContain(text);
  });

  test('that changed the content is told', () => {
    expect(codeOf({ message: 'Checksum mismatch: expected "a" but received "b"' })).toBe(
      'corrupted',
    );
  });

  test.each([
    [failure({ message: 'something odd' }), 'something odd'],
    [failure({ message: '', name: 'OddError' }), 'OddError'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
  ])('and nobody expected is repeated: %s', (error, text) => {
    const odd = s3Failure(error, attempt);
    expect(odd.code).toBe('unexpected');
    expect(odd.message).toContain(text);
  });
});
