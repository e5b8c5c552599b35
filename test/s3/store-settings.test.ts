import { describe, expect, test } from 'vitest';
import { s3Secrets } from '../../src/s3/s3-secrets.ts';
import {
  clientSettings,
  endpointOf,
  InvalidEndpointUrl,
  parseEndpointUrl,
} from '../../src/s3/store-settings.ts';

type Texts = Record<string, string>;

function settings(env: Texts, given: { endpointUrl?: string; region?: string } = {}) {
  return clientSettings({
    bucket: 'archive',
    endpointUrl: null,
    region: null,
    ...given,
    env,
  });
}

describe('the endpoint', () => {
  const service = { AWS_ENDPOINT_URL_S3: 'http://service' };
  const all = { AWS_ENDPOINT_URL: 'http://all' };

  test.each([
    ['the input', 'http://input', { ...service, ...all }, 'http://input'],
    ['the variable of S3', null, { ...service, ...all }, 'http://service'],
    ['the variable of all services', null, all, 'http://all'],
    ['nothing', null, {}, null],
    ['an empty variable', null, { AWS_ENDPOINT_URL: '' }, null],
  ])('is that of %s', (_, endpointUrl, env, expected) => {
    const options = { bucket: 'archive', endpointUrl, region: null, env };
    expect(endpointOf(options)).toBe(expected);
  });

  test('of another store has the bucket in the path', () => {
    expect(settings(all)).toMatchObject({ endpoint: 'http://all', forcePathStyle: true });
    expect(settings({})).not.toHaveProperty('forcePathStyle');
  });

  test.each([
    ['https://s3.example', 'https://s3.example'],
    ['https://s3.example/', 'https://s3.example'],
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
    ['https://s3.example/base/', 'https://s3.example/base'],
  ])('%s is read', (text, endpoint) => {
    expect(parseEndpointUrl(text)).toBe(endpoint);
  });

  test.each([
    's3.example',
    's3.example:9000',
    'ftp://s3.example',
    'https://',
    'https://s3.example/?a=sw0rdf1sh',
    'https://s3.example/#sw0rdf1sh',
    'https://keeper:sw0rdf1sh@s3.example',
    'https://sw0rdf1sh@s3.example',
  ])('%s is refused, and kept secret', (text) => {
    expect(() => parseEndpointUrl(text)).toThrow(InvalidEndpointUrl);
    expect(() => parseEndpointUrl(text)).not.toThrow(/sw0rdf1sh/);
  });
});

describe('the region', () => {
  const both = { AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'eu-west-1' };

  test.each([
    ['the input', 'us-west-2', both, 'us-west-2'],
    ['AWS_REGION', '', both, 'eu-central-1'],
    ['AWS_DEFAULT_REGION', '', { AWS_DEFAULT_REGION: 'eu-west-1' }, 'eu-west-1'],
    ['any store but Amazon', '', { AWS_ENDPOINT_URL: 'http://all' }, 'us-east-1'],
    ['the profile', '', {}, undefined],
  ])('is that of %s', (_, region, env, expected) => {
    expect(settings(env, { region }).region).toBe(expected);
  });
});

describe('the credentials', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'sw0rdf1sh' };

  test('are those of the environment, without the line break of a pasted secret', () => {
    const pasted = {
      ...keys,
      AWS_SECRET_ACCESS_KEY: 'sw0rdf1sh\n',
      AWS_SESSION_TOKEN: 't0ken',
    };
    expect(settings(pasted).credentials).toEqual({
      accessKeyId: 'AKIA',
      secretAccessKey: 'sw0rdf1sh',
      sessionToken: 't0ken',
    });
  });

  test.each([{}, { AWS_ACCESS_KEY_ID: 'AKIA' }, { ...keys, AWS_SECRET_ACCESS_KEY: '' }])(
    'are left to the SDK with %j',
    (env) => {
      expect(settings(env)).not.toHaveProperty('credentials');
    },
  );

  test('that are secret are known to be', () => {
    const env = {
      ...keys,
      AWS_SESSION_TOKEN: 't0ken\n',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: '',
    };
    expect(s3Secrets(env)).toEqual(['sw0rdf1sh', 't0ken']);
  });
});

test('which checksums are made and held against does not depend on the environment', () => {
  const env = {
    AWS_REQUEST_CHECKSUM_CALCULATION: 'WHEN_REQUIRED',
    AWS_RESPONSE_CHECKSUM_VALIDATION: 'WHEN_SUPPORTED',
  };
  expect(settings(env)).toMatchObject({
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
});
