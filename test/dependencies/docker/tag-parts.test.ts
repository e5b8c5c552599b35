import { describe, expect, test } from 'vitest';
import {
  type ImageReference,
  parseImage,
} from '../../../src/dependencies/docker/image-reference.ts';
import { judgePin } from '../../../src/dependencies/docker/pin.ts';
import { splitTag } from '../../../src/dependencies/docker/tag-parts.ts';

function imageOf(text: string): ImageReference {
  const image = parseImage(text);
  if (image === null) throw new Error(`${text} is no image`);
  return image;
}

const chef = 'lukemathwalker/cargo-chef';

test.each([
  ['rust:1.93-bookworm', ['rust 1.93', 'debian 12']],
  ['rust:slim-trixie', ['rust –', 'debian 13']],
  ['timescale/timescaledb:latest-pg15', ['timescaledb –', 'postgresql 15']],
  ['timescale/timescaledb:2.23.0-pg15', ['timescaledb 2.23', 'postgresql 15']],
  ['timescale/timescaledb-ha:pg15-ts2.11', ['timescaledb 2.11', 'postgresql 15']],
  ['postgres:15-alpine3.20', ['postgresql 15', 'alpine-linux 3.20']],
  ['postgres:9.6.24', ['postgresql 9.6']],
  ['postgis/postgis:15-3.4', ['postgresql 15']],
  ['pgvector/pgvector:pg17', ['pgvector/pgvector –', 'postgresql 17']],
  ['pgvector/pgvector:0.8.0-pg17', ['pgvector/pgvector 0.8.0', 'postgresql 17']],
  ['node:22-bookworm-slim', ['nodejs 22', 'debian 12']],
  ['node:lts-alpine', ['nodejs –', 'alpine-linux –']],
  ['node:jod-slim', ['nodejs 22']],
  ['redis:7.2-alpine', ['redis 7.2', 'alpine-linux –']],
  ['redis:7', ['redis –']],
  ['python:3.12-slim', ['python 3.12']],
  ['maven:3.9-eclipse-temurin-21', ['apache-maven 3.9', 'eclipse-temurin 21']],
  ['eclipse-temurin:21-jre-jammy', ['eclipse-temurin 21', 'ubuntu 22.04']],
  ['debian:bookworm-20251208-slim', ['debian 12']],
  ['debian:stable-slim', ['debian –']],
  ['ubuntu:noble', ['ubuntu 24.04']],
  ['buildpack-deps:trixie', ['debian 13']],
  ['alpine:3.20.1', ['alpine-linux 3.20']],
  ['nginx:1.27-perl', ['nginx 1.27']],
  ['prom/prometheus:v3.5.0', ['prometheus 3.5']],
  [`${chef}:latest-rust-1.95.0-slim-bookworm`, [`${chef} –`, 'rust 1.95', 'debian 12']],
  ['gcr.io/distroless/cc-debian12', ['gcr.io/distroless/cc-debian12 –', 'debian 12']],
  ['public.ecr.aws/docker/library/node:22-bookworm', ['nodejs 22', 'debian 12']],
  ['mirror.gcr.io/library/python:3.9', ['python 3.9']],
  ['mirror.gcr.io/prom/prometheus:v3.5.0', ['prometheus 3.5']],
  ['docker.io/library/redis:7.2', ['redis 7.2']],
  ['harbor.example.com/hub/library/php:8.0-fpm', ['php 8.0']],
  ['gitlab.example.com/g/dependency_proxy/containers/ruby:3.1', ['ruby 3.1']],
  [
    'gitlab.example.com/g/dependency_proxy/containers/prom/prometheus:v3.5.0',
    ['prometheus 3.5'],
  ],
  ['ghcr.io/cloudnative-pg/postgresql:15.3', ['postgresql 15']],
  ['quay.io/keycloak/keycloak:22.0.5', ['keycloak 22.0']],
  ['docker.elastic.co/elasticsearch/elasticsearch:7.17.29', ['elasticsearch 7.17']],
  ['docker.elastic.co/kibana/kibana:8.19.12', ['kibana 8.19']],
  ['docker.elastic.co/logstash/logstash:8.19.12', ['logstash 8.19']],
  ['openjdk:17.0.2-slim-bullseye', ['openjdk-builds-from-oracle 17', 'debian 11']],
  ['openjdk:8u342-jre', ['openjdk-builds-from-oracle 8']],
  ['golang:1.22-alpine3.20', ['go 1.22', 'alpine-linux 3.20']],
  ['ghcr.io/acme/node:22', ['ghcr.io/acme/node 22']],
  ['example.com/notlibrary/node:22', ['example.com/notlibrary/node 22']],
  ['foo/bar:sha-0a1b2c3', ['foo/bar sha-0a1b2c3']],
  ['foo/bar:__proto__-constructor', ['foo/bar __proto__-constructor']],
])('the tag of %s speaks of %j', (text, expected) => {
  const parts = splitTag(imageOf(text));
  expect(parts.map(({ product, release }) => `${product} ${release ?? '–'}`)).toEqual(
    expected,
  );
});

test('a part says what it is to the image', () => {
  expect(splitTag(imageOf('timescale/timescaledb:2.23.0-pg15-bookworm'))).toEqual([
    { product: 'timescaledb', release: '2.23', text: '2.23.0', role: 'main' },
    { product: 'postgresql', release: '15', text: 'pg15', role: 'component' },
    { product: 'debian', release: '12', text: 'bookworm', role: 'distribution' },
  ]);
  const [main] = splitTag(imageOf('debian:bookworm-20251208'));
  expect(main?.text).toBe('bookworm-20251208');
});

describe('a reference is', () => {
  test.each([
    [`rust:1.93@sha256:${'0'.repeat(64)}`, 'pinned'],
    [`rust@sha256:${'0'.repeat(64)}`, 'pinned'],
    ['rust:1.93', 'unpinned'],
    ['node:22-alpine', 'unpinned'],
    ['foo/bar:sha-0a1b2c3', 'unpinned'],
    ['rust', 'floating'],
    ['rust:latest', 'floating'],
    ['rust:1', 'floating'],
    ['rust:slim-bookworm', 'floating'],
    ['timescale/timescaledb:latest-pg15', 'floating'],
    ['foo/bar:2.0-node', 'floating'],
    ['alpine:edge', 'floating'],
  ])('%s: %s', (text, expected) => {
    expect(judgePin(imageOf(text))).toBe(expected);
  });
});
