import { describe, expect, test } from 'vitest';
import { imagesInCompose } from '../../../src/dependencies/docker/compose.ts';
import { UnreadableFile } from '../../../src/dependencies/model.ts';

test('the images of services, and not what is built', () => {
  const text = `
x-base: &base
  image: redis:7.2-alpine
  restart: always
services:
  db:
    image: timescale/timescaledb:latest-pg15 # the clock
  cache: *base
  queue:
    <<: *base
    image: "rabbitmq:\${RABBIT:-4.1}"
  other: { <<: [*base], build: null }
  app:
    image: app:dev
    build: .
  worker:
    build:
      additional_contexts:
        base: docker-image://alpine:3.20
      dockerfile_inline: |
        FROM debian:bookworm
        RUN true
        FROM \${X}
  env: { image: 'foo:\${TAG}' }
  price: { image: 'foo:$$5' }
`;
  const { uses, unresolved } = imagesInCompose(text, 'compose.yml');
  expect(
    uses.map(
      ({ line, service, image }) => `${line} ${service} ${image.name}:${image.tag}`,
    ),
  ).toEqual([
    '7 db timescale/timescaledb:latest-pg15',
    '3 cache redis:7.2-alpine',
    '11 queue rabbitmq:4.1',
    '3 other redis:7.2-alpine',
    '21 worker debian:bookworm',
    '19 worker alpine:3.20',
  ]);
  expect(unresolved.map(({ line, text, why }) => `${line} ${text} ${why}`)).toEqual([
    `23 \${X} depends on the variable X`,
    `24 foo:\${TAG} depends on the variable TAG`,
    '25 foo:$$5 is no name of an image',
  ]);
});

describe('hostile input is an error or nothing, soon:', () => {
  const laughs = Array.from(
    { length: 30 },
    (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`,
  );
  const merges = Array.from(
    { length: 30 },
    (_, at) => `a${at + 1}: &a${at + 1} { <<: [${`*a${at},`.repeat(9)}] }`,
  );
  const wide = Array.from({ length: 5_000 }, (_, at) => `k${at}: 1`).join(', ');
  const many = Array.from({ length: 5_000 }, (_, at) => `  s${at}: { <<: *wide }`);
  test.each([
    ['aliases of aliases', `a0: &a0 x\n${laughs.join('\n')}\nservices: *a30`],
    ['merges of merges', `a0: &a0 {}\n${merges.join('\n')}\nservices: { x: *a30 }`],
    ['a cycle', 'services: &a { <<: *a, x: *a }'],
    [
      'a wide mapping merged often',
      `x: &wide { ${wide} }\nservices:\n${many.join('\n')}`,
    ],
    ['depth', `services: ${'['.repeat(100_000)}`],
    [
      'deep blocks',
      `services:\n${Array.from({ length: 1_000 }, (_, at) => `${' '.repeat(at)}- a:`).join('\n')}`,
    ],
    ['length', `services: ${'x'.repeat(3_000_000)}`],
    ['no YAML', 'services: {'],
    ['odd keys', 'services: { __proto__: { image: 5 }, ? [a] : b, constructor: }'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    try {
      expect(imagesInCompose(text, 'compose.yml')).toEqual({ uses: [], unresolved: [] });
    } catch (error) {
      expect(error).toBeInstanceOf(UnreadableFile);
      expect((error as Error).message).toMatch(/^compose\.yml: it/);
    }
  });
});
