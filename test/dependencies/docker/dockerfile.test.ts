import { describe, expect, test } from 'vitest';
import { imagesInDockerfile } from '../../../src/dependencies/docker/dockerfile.ts';

function read(...lines: string[]): { uses: string[]; unresolved: string[] } {
  const { uses, unresolved } = imagesInDockerfile(lines.join('\n'), 'Dockerfile');
  return {
    uses: uses.map(
      ({ line, role, image: { name, tag, digest } }) =>
        `${line} ${role} ${name}:${tag ?? digest ?? ''}`,
    ),
    unresolved: unresolved.map(({ line, text, why }) => `${line} ${text} ${why}`),
  };
}

test('stages, platforms, copies and mounts', () => {
  const found = read(
    '# syntax=docker/dockerfile:1.9',
    'FROM --platform=$BUILDPLATFORM rust:1.93-bookworm AS Build',
    'COPY --link --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/',
    'RUN --mount=type=cache,target=/x --mount=type=bind,from=busybox:1.36,target=/y make',
    'RUN --mount=from=build,target=/z true --from=no',
    'FROM build as test',
    'COPY --from=0 /a /b',
    'copy --from=BUILD /a /b',
    'FROM scratch',
    'from debian:bookworm-slim',
    'ONBUILD COPY --from=alpine:3.20 / /',
  );
  expect(found).toEqual({
    uses: [
      '1 syntax docker/dockerfile:1.9',
      '2 base rust:1.93-bookworm',
      '3 copy ghcr.io/astral-sh/uv:0.9',
      '4 copy busybox:1.36',
      '10 base debian:bookworm-slim',
      '11 copy alpine:3.20',
    ],
    unresolved: [],
  });
});

test('arguments', () => {
  const found = read(
    'ARG RUST=1.93 VARIANT="bookworm"',
    `ARG TAG=\${RUST}-\${VARIANT}`,
    'ARG EMPTY=',
    'ARG NONE',
    'FROM rust:$TAG AS base-amd64',
    `FROM rust:\${NONE:-1.90}\${EMPTY:+-x}\${RUST:+-slim}`,
    'ARG LATE=3.20',
    `FROM alpine:\${LATE}`,
    `FROM base-\${TARGETARCH}`,
    `FROM \${NONE}/x`,
    `FROM rust:\${RUST#1.}`,
    `FROM "rust:\${NONE-\${RUST}}"`,
  );
  expect(found).toEqual({
    uses: ['5 base rust:1.93-bookworm', '6 base rust:1.90-slim', '12 base rust:1.93'],
    unresolved: [
      `8 alpine:\${LATE} depends on the variable LATE`,
      `10 \${NONE}/x depends on the variable NONE`,
      `11 rust:\${RUST#1.} asks for \${RUST#1.}`,
    ],
  });
});

test('continuation lines, comments and heredocs', () => {
  const found = read(
    'FROM \\',
    '  # a comment',
    '',
    '  rust:1.93 \\  ',
    '  AS build',
    'RUN <<EOF cat <<-"TWO"',
    'FROM one:1',
    'EOF',
    '\tFROM two:2',
    '\tTWO',
    'RUN echo "$((1 << 2)) <<QUOTED" <<NEVER',
    'FROM three:3',
    'QUOTED',
    'RUN x \\',
    'FROM four:4',
  );
  expect(found.uses).toEqual(['1 base rust:1.93', '12 base three:3']);
});

test('the escape directive', () => {
  const lines = ['FROM a:1 `', 'AS x', 'RUN dir c:\\', 'FROM x', 'FROM b:2'];
  expect(read('# escape=`', ...lines).uses).toEqual(['2 base a:1', '6 base b:2']);
  expect(read('# hello', '# escape=`', ...lines).uses).toEqual([
    '3 base a:1',
    '7 base b:2',
  ]);
});

test('what is no name of an image is told', () => {
  expect(read('FROM Rust', 'FROM', 'COPY --from=$X a b').unresolved).toEqual([
    '1 Rust is no name of an image',
    '2  is no name of an image',
    '3 $X depends on a variable of the build',
  ]);
});

describe('hostile input ends soon:', () => {
  const doubling = Array.from({ length: 60 }, (_, at) => `ARG A${at + 1}=$A${at}$A${at}`);
  test.each([
    ['doubling arguments', ['ARG A0=xxxxxxxx', ...doubling, 'FROM $A60'].join('\n')],
    ['nested defaults', `FROM ${'$'.concat('{A:-').repeat(5_000)}${'}'.repeat(5_000)}`],
    ['open braces', `FROM ${'$'.concat('{').repeat(50_000)}`],
    ['heredocs without end', 'RUN <<a\n'.repeat(50_000)],
    ['heredocs that end far away', `${'RUN <<a\n'.repeat(50_000)} a`],
    ['a line without end', `RUN ${'\\\n'.repeat(100_000)}`],
    ['quotes', `RUN <<${`"'\\`.repeat(50_000)}`],
    ['flags', `RUN ${'--mount=,,,'.repeat(20_000)}`],
  ])('%s', (_, text) => {
    const { uses } = imagesInDockerfile(text, 'Dockerfile');
    expect(uses).toEqual([]);
  });
});
