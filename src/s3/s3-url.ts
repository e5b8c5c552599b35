/** A folder of a bucket: what an `s3://` URL names. */
export interface S3Location {
  readonly bucket: string;
  /** `''`, or a text that ends with one `/`: a key follows it directly. */
  readonly prefix: string;
}

const form = 's3://bucket/prefix/';

/** A text names no place in S3; `problem` says why, without the text itself. */
export class InvalidS3Url extends Error {
  readonly problem: string;

  constructor(given: string, problem: string) {
    // Some tools put the credentials before an @; those are never to be shown.
    const shown = given.includes('@') ? 'The text given' : JSON.stringify(given);
    super(`${shown} is no S3 URL such as ${form}: ${problem}.`);
    this.problem = problem;
  }
}

/**
 * Reads `s3://bucket/prefix/`. As in the AWS command line, nothing in it is
 * percent-encoded. Throws `InvalidS3Url`.
 */
export function parseS3Url(text: string): S3Location {
  const refuse = (problem: string): never => {
    throw new InvalidS3Url(text, problem);
  };
  const [, bucket, path = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
  if (bucket === undefined) return refuse('it must begin with s3:// and a bucket');
  if (bucket.includes('@')) {
    return refuse(
      'it must hold no credentials; they belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  const problem = bucketProblem(bucket) ?? pathProblem(path);
  if (problem !== null) return refuse(problem);
  const prefix = path.replace(/\/+$/, '');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}

/** Writes the URL of a bucket, a folder or, with a key, an object. */
export function formatS3Url(bucket: string, keyOrPrefix = ''): string {
  return `s3://${bucket}/${keyOrPrefix}`;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucketProblem(bucket: string): string | null {
  if (bucket.length < 3 || bucket.length > 63) {
    return `the bucket's name must have 3 to 63 characters, not ${bucket.length}`;
  }
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(bucket)) {
    return "the bucket's name may hold lower-case letters, digits, dots and hyphens, and must begin and end with a letter or digit";
  }
  if (bucket.includes('..')) return "the bucket's name must not have two dots in a row";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(bucket)) {
    return "the bucket's name must not look like an IP address";
  }
  if (bucket.startsWith('xn--')) return "the bucket's name must not begin with xn--";
  return null;
}

function pathProblem(path: string): string | null {
  if (/\p{Cc}/u.test(path)) return 'it must not have control characters';
  if (/[?#]/.test(path)) return 'it must not have a query (?) or a fragment (#)';
  const folders = path.replace(/\/+$/, '').split('/');
  // HTTP and file systems resolve these, so two programs would mean two places.
  if (folders.some((one) => one === '.' || one === '..')) {
    return 'its prefix must not have . or .. as a folder';
  }
  if (folders.length > 1 && folders.includes('')) {
    return 'its prefix must not have an empty folder (//)';
  }
  return null;
}
