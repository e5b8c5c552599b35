import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import {
  type DependencySources,
  digestOf,
  startDependencySources,
} from '../../rig/dependency-sources.ts';
import { advisory, cargoLock, cargoProject, npmProject } from './lockfiles.ts';
import { audit, auditFiles, found, makeRepository } from './repository.ts';

let sources: DependencySources;

beforeEach(async () => {
  sources = await startDependencySources();
  return () => sources[Symbol.asyncDispose]();
});

/** How often each request was sent that was sent more than once. */
function repeated(): Record<string, number> {
  const counts = Map.groupBy(sources.requests, ({ method, path }) => `${method} ${path}`);
  const more = [...counts].map(([request, { length }]) => [request, length] as const);
  return Object.fromEntries(more.filter(([, count]) => count > 1));
}

test('Each crate, package, image, product and repository is asked for once', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `crate-${index}`);
  for (const name of names) {
    sources.crate(name, { vers: '1.0.0' }, { vers: '1.1.0' });
    // All of them are hit: planning the fixes must not ask again.
    sources.advise(
      advisory(`RUSTSEC-2024-${1000 + Number(name.slice(6))}`, name, { fixed: '1.1.0' }),
    );
  }
  const locked = names.map((name) => ({ name, version: '1.0.0' }));
  const dependencies = names.map((name) => `${name} = "1"`).join('\n');
  const project = cargoProject(`[dependencies]\n${dependencies}`, names, locked);
  const shop = npmProject({
    '': { dependencies: { qs: '^6.2.0' } },
    'node_modules/qs': { version: '6.2.0' },
  });
  sources.npm('qs', '6.3.0', { version: '6.2.0' }, { version: '6.3.0' });
  sources.image('library/debian:13', digestOf('now'));
  sources.repository('actions/checkout', {});
  const copies = (files: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      ['a', 'b', 'c'].flatMap((folder) =>
        Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]),
      ),
    );
  const result = await auditFiles(
    {
      ...copies(project),
      ...copies(shop),
      ...copies({ Dockerfile: 'FROM debian:13\nFROM debian:13-slim\nFROM debian:13\n' }),
      '.github/workflows/ci.yml':
        'jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v6\n      - uses: actions/checkout@v5\n',
    },
    sources,
  );
  expect(found(result, 'vulnerable')).toHaveLength(120);
  expect(sources.asked('/crates')).toHaveLength(40);
  expect(sources.asked('/npm')).toHaveLength(1);
  expect(sources.asked('/git')).toHaveLength(1);
  expect(sources.asked('/api')).toHaveLength(1);
  expect(sources.asked('/eol')).toHaveLength(1);
  // Records once to find them, once to know which versions are free of them.
  const twice = Object.fromEntries(
    names.map((name) => [
      `GET /osv/v1/vulns/RUSTSEC-2024-${1000 + Number(name.slice(6))}`,
      2,
    ]),
  );
  expect(repeated()).toMatchObject(twice);
  const others = Object.keys(repeated()).filter((request) => !(request in twice));
  expect(others.sort()).toEqual([
    // Two tags of one image: the first answer asks for a token.
    'HEAD /hub/v2/library/debian/manifests/13',
    'POST /osv/v1/querybatch',
  ]);
  expect(result.metrics['requests']).toBe(sources.requests.length);
});

test('Advisories are asked for a thousand packages at a time', async () => {
  const locations = Array.from(
    { length: 2300 },
    (_, index) => `node_modules/package-${index}`,
  );
  const files = npmProject({
    '': { dependencies: {} },
    ...Object.fromEntries(locations.map((one) => [one, { version: '1.0.0' }])),
  });
  const result = await auditFiles(files, sources);
  expect(result).toMatchObject({ outcome: 'succeeded', metrics: { packages: 2300 } });
  expect(sources.asked('/osv')).toEqual(Array(3).fill('POST /v1/querybatch'));
  const sizes = sources.requests.map(({ body }) => JSON.parse(body).queries.length);
  expect(sizes.sort()).toEqual([1000, 1000, 300]);
});

test('No more than 32 requests are on their way at once', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `crate-${index}`);
  let now = 0;
  let most = 0;
  for (const name of names) {
    sources.routes[`/crates/cr/at/${name}`] = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return { status: 404 };
    };
  }
  const locked = names.map((name) => ({ name, version: '1.0.0' }));
  await auditFiles({ 'Cargo.lock': cargoLock(locked) }, sources);
  expect(sources.asked('/crates')).toHaveLength(100);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(32);
});

test('With a cache, the next run only asks whether the answers still hold', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'matchbook-cache-'));
  try {
    const line = JSON.stringify({
      name: 'rsa',
      vers: '0.8.1',
      deps: [],
      cksum: '',
      features: {},
      yanked: true,
    });
    sources.routes['/crates/3/r/rsa'] = ({ headers }) =>
      headers['if-none-match'] === '"1"'
        ? { status: 304 }
        : { headers: { etag: '"1"' }, body: `${line}\n` };
    await using repository = await makeRepository(
      cargoProject('', ['rsa'], [{ name: 'rsa', version: '0.8.1' }]),
    );
    const inputs = { 'cache-directory': cache };
    const first = await audit(repository, sources, { inputs });
    const second = await audit(repository, sources, { inputs });
    expect(found(first, 'yanked')).toHaveLength(1);
    expect(found(second)).toEqual(found(first));
    const asked = sources.requests.filter(({ path }) => path.startsWith('/crates/'));
    expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      '"1"',
    ]);
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
});
