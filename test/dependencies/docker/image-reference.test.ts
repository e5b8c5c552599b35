import { expect, test } from 'vitest';
import { parseImage } from '../../../src/dependencies/docker/image-reference.ts';

const digest = `sha256:${'0a'.repeat(32)}`;

test.each([
  ['rust', 'docker.io', 'library/rust', null, null, 'rust'],
  ['docker.io/library/rust:1.93', 'docker.io', 'library/rust', '1.93', null, 'rust'],
  ['index.docker.io/rust', 'docker.io', 'library/rust', null, null, 'rust'],
  [
    'prom/prometheus:v3.5.0',
    'docker.io',
    'prom/prometheus',
    'v3.5.0',
    null,
    'prom/prometheus',
  ],
  ['ghcr.io/a/b/c:d', 'ghcr.io', 'a/b/c', 'd', null, 'ghcr.io/a/b/c'],
  ['localhost/app', 'localhost', 'app', null, null, 'localhost/app'],
  ['10.0.0.1:5000/app:2', '10.0.0.1:5000', 'app', '2', null, '10.0.0.1:5000/app'],
  [`node:alpine@${digest}`, 'docker.io', 'library/node', 'alpine', digest, 'node'],
  [`node@${digest}`, 'docker.io', 'library/node', null, digest, 'node'],
])('%s', (text, registry, repository, tag, ofDigest, name) => {
  expect(parseImage(text)).toEqual({ registry, repository, tag, digest: ofDigest, name });
});

test.each([
  '',
  'Rust',
  'rust:',
  'rust:-x',
  `rust:${'x'.repeat(129)}`,
  'rust@sha256:0a',
  `rust@${digest}@${digest}`,
  'a//b',
  'a/b c',
  'a\nb',
  '::error::x',
  'ghcr.io/',
  `${'a/'.repeat(600)}a`,
])('%j is no image', (text) => {
  expect(parseImage(text)).toBeNull();
});
