import { text } from '../core/input-kinds.ts';
import { type InputsOf, Unreadable } from '../core/inputs.ts';
import { InvalidS3Url, parseS3Url, type S3Location } from './s3-url.ts';
import { InvalidEndpointUrl, parseEndpointUrl } from './store-settings.ts';

/** The inputs of every task that works on S3. */
export const s3Inputs = {
  'endpoint-url': {
    ...text({
      description:
        "The endpoint of an S3 store that is not Amazon's. Without it, `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` counts, else Amazon S3.",
      allowed: 'a URL such as `https://s3.example`',
    }),
    parse: (given: string): string => explaining(() => parseEndpointUrl(given)),
  },
  region: {
    ...text({
      description:
        'The region of the bucket. Without it, `AWS_REGION` or `AWS_DEFAULT_REGION` counts; with an endpoint, `us-east-1`.',
      allowed: 'the name of a region such as `eu-central-1`',
    }),
    parse(given: string): string {
      if (!/^[a-z0-9]+(-[a-z0-9]+)*$/i.test(given)) throw new Unreadable();
      return given;
    },
  },
};

export type S3Inputs = InputsOf<typeof s3Inputs>;

/** A folder of a bucket. */
export function s3Url<const A extends { readonly description: string }>(about: A) {
  return {
    ...about,
    allowed: 'a URL such as `s3://bucket/prefix/`',
    parse: (given: string): S3Location => explaining(() => parseS3Url(given)),
  };
}

function explaining<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidS3Url || error instanceof InvalidEndpointUrl) {
      throw new Unreadable(error.problem);
    }
    throw error;
  }
}
