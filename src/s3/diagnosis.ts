import { messageOf } from '../core/message-of.ts';
import { fromNetwork, fromTls, fromTransfer } from './network-diagnosis.ts';
import type { S3Attempt, S3FailureCode } from './s3-failure.ts';
import { fromServer } from './server-diagnosis.ts';

/** What a failure is, what came back, and what to do. */
export interface Diagnosis {
  readonly code: S3FailureCode;
  readonly what: string;
  readonly cure: string;
}

/** The parts of an error of the SDK or of Node that tell what it is. */
interface Details {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/** How often the SDK sent a request before it gave up. */
export function attemptsOf(error: unknown): number {
  return detailsOf(error).$metadata?.attempts ?? 1;
}

/** The status that the store answered with; 0 where it did not answer. */
export function statusOf(error: unknown): number {
  return detailsOf(error).$metadata?.httpStatusCode ?? 0;
}

/** Finds out what a failure of the SDK means. */
export function diagnose(error: unknown, attempt: S3Attempt): Diagnosis {
  const { name = '', code = '' } = detailsOf(error);
  const status = statusOf(error);
  const message = messageOf(error);
  // Many stores send the code alone, and the SDK then says UnknownError.
  const words = message && message !== 'UnknownError' ? message : name || code;
  const said = words.replace(/\.$/, '');
  return (
    fromCredentials(name, said) ??
    fromServer(name, status, said, attempt) ??
    fromTransfer(message) ??
    fromNetwork(code, name, attempt) ??
    fromTls(code, said) ?? {
      code: 'unexpected',
      what:
        status > 0 ? `the store answered ${status}: ${said}` : said || 'unknown error',
      cure: 'See the log of the store.',
    }
  );
}

function detailsOf(error: unknown): Details {
  return typeof error === 'object' && error !== null ? error : {};
}

const keysInEnvironment = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

function fromCredentials(name: string, said: string): Diagnosis | undefined {
  if (/AssumeRole|OpenIDConnect|web identity/i.test(said)) {
    return {
      code: 'no-credentials',
      what: `the role could not be assumed (${said})`,
      cure: "Let the role's trust policy name this repository, and give the job `permissions: id-token: write`.",
    };
  }
  if (
    /^(Credentials|Token)Provider(Error)?$/.test(name) ||
    /credential.*not valid/i.test(said)
  ) {
    return {
      code: 'no-credentials',
      what: `there are no credentials (${said})`,
      cure: `Set ${keysInEnvironment} in the step's env from secrets, or run aws-actions/configure-aws-credentials before.`,
    };
  }
  if (said === 'Region is missing') {
    return {
      code: 'no-region',
      what: 'no region is given',
      cure: 'Set the input region, or AWS_REGION.',
    };
  }
  return undefined;
}
