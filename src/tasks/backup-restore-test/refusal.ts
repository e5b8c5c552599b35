import type { Reason } from '../../core/outcome.ts';
import { Refusal } from '../../core/task.ts';
import { S3Failure, type S3FailureCode } from '../../s3/s3-failure.ts';
import { UnknownBackup } from './series/choose.ts';
import { NoBackups } from './source/source.ts';

const reasons: Partial<Record<S3FailureCode, Reason>> = {
  'access-denied': 'permission-denied',
  'no-credentials': 'permission-denied',
  'expired-credentials': 'permission-denied',
  'wrong-credentials': 'permission-denied',
  'no-such-bucket': 'invalid-input',
  'no-such-key': 'invalid-input',
  'no-region': 'invalid-input',
  'wrong-region': 'invalid-input',
  unreachable: 'connection-failed',
  unavailable: 'connection-failed',
};

/** What makes a test impossible before it began, as a refusal; null for anything else. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof NoBackups || error instanceof UnknownBackup) {
    return new Refusal('invalid-input', error.message);
  }
  if (!(error instanceof S3Failure)) return null;
  return new Refusal(reasons[error.code] ?? 'check-failed', error.message);
}
