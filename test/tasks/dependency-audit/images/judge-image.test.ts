import { describe, expect, test } from 'vitest';
import { imagesInDockerfile } from '../../../../src/dependencies/docker/dockerfile.ts';
import type { Lifecycle } from '../../../../src/registries/end-of-life.ts';
import {
  type ImageFacts,
  judgeImage,
} from '../../../../src/tasks/dependency-audit/images/judge-image.ts';
import { releasesOf } from '../../../../src/tasks/dependency-audit/images/lifecycles-of.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const newDigest = `sha256:${'2'.repeat(64)}`;

function lifecycle(key: string, endOfLifeOn: string) {
  const [product = '', release = ''] = key.split(' ');
  const isEndOfLife = endOfLifeOn < '2026-11-24';
  const one: Lifecycle = {
    ...{ product, release, isEndOfLife, endOfLifeOn, latest: null },
    from: 'endoflife.date',
  };
  return [key, one] as const;
}

const facts: ImageFacts = {
  lifecycles: new Map([
    lifecycle('rust 1.93', '2026-03-06'),
    lifecycle('rust 1.98', '2026-12-01'),
    lifecycle('debian 12', '2026-07-11'),
    lifecycle('debian 13', '2028-08-09'),
    lifecycle('postgresql 15', '2027-11-11'),
  ]),
  supported: new Map([['rust', '1.98']]),
  digest: 'not-asked',
  lockedDigestIsNewest: null,
  now: new Date('2026-11-24'),
};

function judge(image: string, more: Partial<ImageFacts> = {}) {
  const { uses } = imagesInDockerfile(`FROM ${image}`, 'app/Dockerfile');
  return uses.flatMap((use) => judgeImage(use, { ...facts, ...more }));
}

test('rust:1.93-bookworm has two parts that are past their end of life', () => {
  const found = judge('rust:1.93-bookworm');
  expect(found.map(({ code, severity, message }) => [code, severity, message])).toEqual([
    [
      'end-of-life',
      'high',
      'rust:1.93-bookworm brings rust 1.93, which gets no more fixes since 2026-03-06 (endoflife.date).',
    ],
    [
      'end-of-life',
      'high',
      'rust:1.93-bookworm stands on debian 12, which gets no more fixes since 2026-07-11 (endoflife.date).',
    ],
    ['unpinned', 'low', expect.stringContaining('pinned to no digest')],
  ]);
  expect(found[0]).toMatchObject({
    ecosystem: 'docker',
    package: 'rust',
    version: '1.93-bookworm',
    manifest: 'app/Dockerfile:1',
    remedy: 'Move to rust 1.98, which is supported.',
  });
  expect(found[1]?.remedy).toContain('Move to a version that is supported');
});

test('timescale/timescaledb:latest-pg15 is frozen, and floats', () => {
  const found = judge('timescale/timescaledb:latest-pg15');
  expect(found.map(({ code }) => code)).toEqual(['frozen-tag', 'floating-tag']);
  expect(found[0]?.message).toBe(
    'timescale/timescaledb:latest-pg15 looks as if it moved, and does not: TimescaleDB is not built for PostgreSQL 15 since 2.29.0 of 2026-07-28, and the last that this tag can bring is 2.28.',
  );
  const codes = (image: string) => judge(image).map(({ code }) => code);
  expect(codes('timescale/timescaledb:2.28.3-pg15')).toEqual(['unpinned']);
  expect(codes('timescale/timescaledb:latest-pg17')).toEqual(['floating-tag']);
  expect(codes('timescale/timescaledb-ha:pg15')).toEqual(['frozen-tag', 'floating-tag']);
});

describe('the findings of', () => {
  test.each([
    ['rust:1.98-trixie', {}, 'unpinned low'],
    [`rust:1.98-trixie@${digest}`, {}, ''],
    [`rust:1.98-trixie@${digest}`, { lockedDigestIsNewest: true }, ''],
    [`rust:1.98-trixie@${digest}`, { lockedDigestIsNewest: false }, 'outdated info'],
    ['rust:1.98-trixie', { digest: null }, 'frozen-tag high, unpinned low'],
    ['rust', {}, 'floating-tag medium'],
    ['unknown/image:7', {}, 'unpinned low'],
    ['python:3.9', { lifecycles: new Map([['python 3.9', null]]) }, 'unpinned low'],
  ] as const)('%s with %j', (image, more, expected) => {
    const found = judge(image, more).map(({ code, severity }) => `${code} ${severity}`);
    expect(found.join(', ')).toBe(expected);
  });
});

test('where the digest is known, the reference to write is given', () => {
  expect(judge('rust:1.98', { digest: newDigest })[0]?.fix).toBe(
    `rust:1.98@${newDigest}`,
  );
  const moved = { digest: newDigest, lockedDigestIsNewest: false };
  expect(judge(`rust:1.98@${digest}`, moved)[0]?.fix).toBe(`rust:1.98@${newDigest}`);
});

test('a syntax image may move', () => {
  const { uses } = imagesInDockerfile('# syntax=docker/dockerfile:1', 'Dockerfile');
  const [found] = uses.flatMap((use) => judgeImage(use, facts));
  expect(found).toMatchObject({ code: 'unpinned', severity: 'info' });
});

test('the releases that a tag names', () => {
  const ofImage = (text: string) =>
    imagesInDockerfile(`FROM ${text}`, 'Dockerfile')
      .uses.flatMap(({ image }) => releasesOf(image))
      .map(({ product, release }) => `${product} ${release}`);
  expect(ofImage('timescale/timescaledb:2.23.0-pg15')).toEqual([
    'timescaledb 2.23',
    'postgresql 15',
  ]);
  expect(ofImage('node:lts-alpine')).toEqual([]);
});
