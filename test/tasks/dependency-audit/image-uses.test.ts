import { beforeEach, describe, expect, test } from 'vitest';
import {
  type DependencySources,
  digestOf,
  startDependencySources,
} from '../../rig/dependency-sources.ts';
import { auditFiles, found, rowsOf } from './repository.ts';

let sources: DependencySources;

beforeEach(async () => {
  sources = await startDependencySources();
  sources.product('rust', { name: '1.99', isEol: false }, { name: '1.93', isEol: true });
  sources.product(
    'debian',
    { name: '13', codename: 'trixie', isEol: false },
    { name: '12', codename: 'bookworm', isEol: true, eolFrom: '2026-07-11' },
  );
  sources.product(
    'postgresql',
    { name: '18', isEol: false },
    { name: '15', isEol: false, eolFrom: '2099-11-11' },
  );
  return () => sources[Symbol.asyncDispose]();
});

const dockerfile = (from: string) => ({ Dockerfile: `FROM ${from}\n` });

describe('the two images of the runbook', () => {
  beforeEach(() => {
    sources.image('library/rust:1.93-bookworm', digestOf('rust'));
    sources.image('timescale/timescaledb:latest-pg15', digestOf('timescale'));
  });

  test('rust:1.93-bookworm is past its end twice', async () => {
    const result = await auditFiles(dockerfile('rust:1.93-bookworm AS build'), sources);
    const all = found(result, 'end-of-life');
    expect(all.map(({ message }) => message).sort()).toEqual([
      'rust:1.93-bookworm brings rust 1.93, which gets no more fixes (endoflife.date).',
      'rust:1.93-bookworm stands on debian 12, which gets no more fixes since 2026-07-11 (endoflife.date).',
    ]);
    expect(all.map(({ remedy }) => remedy).sort()).toEqual([
      'Move to debian 13, which is supported.',
      'Move to rust 1.99, which is supported.',
    ]);
    expect(all[0]).toMatchObject({
      severity: 'high',
      ecosystem: 'docker',
      package: 'rust',
      version: '1.93-bookworm',
      manifest: 'Dockerfile:1',
    });
    expect(found(result, 'unpinned')).toMatchObject([
      { severity: 'low', fix: `rust:1.93-bookworm@${digestOf('rust')}` },
    ]);
    expect(result.outcome).toBe('attention');
    expect(result.message).toContain('2 dead ends');
  });

  test('timescaledb:latest-pg15 looks alive, and is frozen', async () => {
    const compose =
      'services:\n  db:\n    image: timescale/timescaledb:latest-pg15\n    ports: ["5432"]\n';
    const result = await auditFiles({ 'compose.yaml': compose }, sources);
    expect(found(result, 'frozen-tag')).toMatchObject([
      {
        severity: 'high',
        package: 'timescale/timescaledb',
        version: 'latest-pg15',
        manifest: 'compose.yaml:3',
        message: expect.stringContaining('TimescaleDB is not built for PostgreSQL 15'),
      },
    ]);
    expect(found(result, 'end-of-life')).toEqual([]);
    expect(found(result, 'floating-tag')).toHaveLength(1);
    expect(rowsOf(result, 'To decide').map(([what]) => what)).toEqual([
      'timescale/timescaledb latest-pg15',
    ]);
  });

  test('in many places are asked for once, and told once', async () => {
    const result = await auditFiles(
      {
        ...dockerfile('rust:1.93-bookworm'),
        'docker/worker.Dockerfile':
          'FROM rust:1.93-bookworm\nFROM rust:1.93-bookworm AS b\n',
        '.github/workflows/ci.yml':
          'jobs:\n  a:\n    runs-on: x\n    container: rust:1.93-bookworm\n    steps: []\n',
      },
      sources,
    );
    const [one, ...more] = found(result, 'unpinned');
    expect(more).toEqual([]);
    expect(one?.message).toMatch(
      /In 4 places: (Dockerfile:1|\.github\/workflows\/ci\.yml:4|docker\/worker\.Dockerfile:[12])(, .*){3}\.$/,
    );
    expect(sources.asked('/hub/v2')).toHaveLength(2);
    expect(sources.asked('/hub/token')).toHaveLength(1);
    expect(sources.asked('/eol').sort()).toEqual([
      'GET /api/v1/products/debian',
      'GET /api/v1/products/rust',
    ]);
  });
});

describe('a tag', () => {
  test('that is pinned to what it stands for now is well', async () => {
    sources.image('library/debian:13', digestOf('now'));
    const result = await auditFiles(dockerfile(`debian:13@${digestOf('now')}`), sources);
    expect(result).toMatchObject({ outcome: 'succeeded', findings: [] });
    expect(result.message).toContain('no known danger');
  });

  test('behind which there is a newer image is outdated', async () => {
    sources.image('library/debian:13', digestOf('now'));
    const result = await auditFiles(dockerfile(`debian:13@${digestOf('old')}`), sources);
    expect(result.findings).toMatchObject([
      { code: 'outdated', severity: 'info', fix: `debian:13@${digestOf('now')}` },
    ]);
  });

  test('that its registry does not have any more is frozen', async () => {
    const result = await auditFiles(dockerfile('debian:13'), sources);
    expect(found(result, 'frozen-tag')).toMatchObject([
      { message: expect.stringContaining('docker.io has no debian:13 any more') },
    ]);
  });

  test('of a registry that does not answer is not called frozen', async () => {
    const slow = { status: 503, headers: { 'retry-after': '3600' } };
    sources.routes['/hub/v2/library/debian/manifests/13'] = slow;
    const result = await auditFiles(dockerfile('debian:13'), sources);
    expect(result.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'source-failed low',
      'unpinned low',
    ]);
  });

  test('of a registry that nobody has named is not asked for', async () => {
    const files = dockerfile(`127.0.0.1:${new URL(sources.url).port}/team/app:1.0`);
    const result = await auditFiles(files, sources);
    expect(sources.requests).toEqual([]);
    expect(found(result, 'source-failed')).toMatchObject([
      { severity: 'low', message: expect.stringContaining('was not asked') },
      { severity: 'info', message: expect.stringContaining('until when 1 image is') },
    ]);
  });

  test('that depends on the build is told as not measured', async () => {
    const result = await auditFiles(dockerfile(`\${BASE}:13`), sources);
    expect(result.findings).toMatchObject([{ code: 'source-failed', severity: 'info' }]);
    expect(rowsOf(result, 'Could not measure')).toHaveLength(1);
  });
});

describe('until when it is supported', () => {
  const unknownIn = async (...images: readonly string[]) => {
    const text = images.map((image) => `FROM ${image}\n`).join('');
    const result = await auditFiles(
      { Dockerfile: `# syntax=docker/dockerfile:1\n${text}` },
      sources,
    );
    return rowsOf(result, 'Could not measure').filter(
      ([, source]) => source === 'end of life',
    );
  };

  test('is told as not known, in one row, and is no pass', async () => {
    for (const image of ['library/php:8.0-fpm', 'library/redis:7', 'acme/app:1.2']) {
      sources.image(image, digestOf(image));
    }
    sources.image('library/rust:latest', digestOf('rust'));
    const rows = await unknownIn(
      'php:8.0-fpm',
      'redis:7',
      'acme/app:1.2',
      'php:8.0-fpm',
      'rust',
    );
    expect(rows).toEqual([
      [
        'until when 3 images are supported',
        'end of life',
        'Not known: acme/app:1.2, php:8.0-fpm, redis:7.',
        1,
      ],
    ]);
  });

  test('is known where one part is: of a mirror as well', async () => {
    sources.product('keycloak', { name: '22.0', isEol: true });
    const images = [
      'acme/app:1.2-bookworm',
      'public.ecr.aws/docker/library/postgres:15',
      'quay.io/keycloak/keycloak:22.0.5',
    ];
    sources.routes['/hub/v2/acme/app/manifests/1.2-bookworm'] = { status: 404 };
    const result = await auditFiles(
      { Dockerfile: images.map((image) => `FROM ${image}\n`).join('') },
      { registries: withImages('public.ecr.aws', 'quay.io') },
    );
    expect(rowsOf(result, 'Could not measure').map(([, source]) => source)).not.toContain(
      'end of life',
    );
    expect(
      found(result, 'end-of-life')
        .map((one) => one.package)
        .sort(),
    ).toEqual(['acme/app', 'quay.io/keycloak/keycloak']);
  });

  test('is not told twice where the catalogue does not answer', async () => {
    sources.routes['/eol/api/v1/products/php'] = {
      status: 503,
      headers: { 'retry-after': '3600' },
    };
    expect(await unknownIn('php:8.0-fpm')).toEqual([]);
  });
});

/** The sources, with further image registries that have nothing. */
function withImages(...hosts: readonly string[]): string {
  const more = hosts.map((host) => [host, `${sources.url}/empty`]);
  return JSON.stringify({
    ...JSON.parse(sources.registries),
    ...Object.fromEntries(more),
  });
}
