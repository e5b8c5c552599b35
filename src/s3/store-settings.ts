import type { S3ClientConfig } from '@aws-sdk/client-s3';

/** Which store, and how to get in. */
export interface StoreOptions {
  readonly bucket: string;
  /** Of a store that is not Amazon's; null: as the environment says, else Amazon S3. */
  readonly endpointUrl: string | null;
  /** Null: as the environment says. */
  readonly region: string | null;
  /** The `AWS_*` variables; default those of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /** How long a request may go without a byte in either direction; default 30 s. */
  readonly idleTimeoutMs?: number;
}

/** An endpoint cannot be read; `problem` says why, without the text itself. */
export class InvalidEndpointUrl extends Error {
  readonly problem: string;

  constructor(problem: string) {
    super(
      `The endpoint of S3 (endpoint-url, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL) cannot be read: ${problem}.`,
    );
    this.problem = problem;
  }
}

/** Reads the URL of an endpoint, without `/` at its end. Throws `InvalidEndpointUrl`. */
export function parseEndpointUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidEndpointUrl('it must be a URL such as https://s3.example');
  }
  if (url.username || url.password) {
    throw new InvalidEndpointUrl(
      'it must hold no credentials; they belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  if (url.search || url.hash) {
    throw new InvalidEndpointUrl('it must not have a query (?) or a fragment (#)');
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** The endpoint that counts; null: Amazon's own. Throws `InvalidEndpointUrl`. */
export function endpointOf(options: StoreOptions): string | null {
  const { endpointUrl, env = process.env } = options;
  const given =
    endpointUrl || env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || null;
  return given === null ? null : parseEndpointUrl(given);
}

/**
 * The settings of the client. What is not given is left to the SDK: its chain of
 * credentials (profile, web identity of a GitHub job, role of the machine), its region
 * from the profile, its retries (3 attempts, `AWS_MAX_ATTEMPTS`).
 * Throws `InvalidEndpointUrl`.
 */
export function clientSettings(options: StoreOptions): S3ClientConfig {
  const { env = process.env, idleTimeoutMs = 30_000 } = options;
  const endpoint = endpointOf(options);
  const region =
    options.region ||
    env['AWS_REGION'] ||
    env['AWS_DEFAULT_REGION'] ||
    (endpoint && 'us-east-1');
  const credentials = credentialsFrom(env);
  return {
    ...(endpoint && { endpoint, forcePathStyle: true }),
    ...(region && { region }),
    ...(credentials && { credentials }),
    // Said, because the environment could switch both. Reads of whole objects ask to be
    // held against the checksum; some stores send that of the whole with a part as well.
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 10_000, socketTimeout: idleTimeoutMs },
  };
}

/** Keys in the environment go before a profile, as they do on the AWS command line. */
function credentialsFrom(env: NodeJS.ProcessEnv): S3ClientConfig['credentials'] | null {
  // A secret that was pasted often ends with a line break, which no header may hold.
  const read = (name: string) => env[name]?.trim() || undefined;
  const accessKeyId = read('AWS_ACCESS_KEY_ID');
  const secretAccessKey = read('AWS_SECRET_ACCESS_KEY');
  if (!accessKeyId || !secretAccessKey) return null;
  const sessionToken = read('AWS_SESSION_TOKEN');
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
