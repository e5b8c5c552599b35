import { beforeEach, describe, expect, test } from 'vitest';
import {
  type DependencySources,
  startDependencySources,
} from '../../rig/dependency-sources.ts';
import { advisory, npmProject, packageLock } from './lockfiles.ts';
import { auditFiles, found, rowsOf } from './repository.ts';

let sources: DependencySources;

beforeEach(async () => {
  sources = await startDependencySources();
  return () => sources[Symbol.asyncDispose]();
});

const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

/** `shop` asks for `web`, which asks for `qs`; its tests for `runner`. */
const shop = npmProject({
  '': { dependencies: { web: '^1.0.0' }, devDependencies: { runner: '^1.0.0' } },
  'node_modules/web': { version: '1.0.0', dependencies: { qs: '~6.2.0' } },
  'node_modules/qs': { version: '6.2.0' },
  'node_modules/runner': { version: '1.0.0', dev: true, dependencies: { ws: '^8.0.0' } },
  'node_modules/ws': { version: '8.0.0', dev: true },
});

const inNpm = (fixed?: string) => ({
  ecosystem: 'npm' as const,
  ...(fixed !== undefined && { fixed }),
});

describe('a vulnerable package', () => {
  test('moves within what is asked for', async () => {
    sources.npm(
      'qs',
      '6.5.0',
      { version: '6.2.0' },
      { version: '6.2.4' },
      { version: '6.5.0' },
    );
    sources.advise(
      advisory('GHSA-aaaa-bbbb-cccc', 'qs', {
        ...inNpm('6.2.4'),
        severity: 'HIGH',
        aliases: ['CVE-2022-24999'],
      }),
    );
    const result = await auditFiles(shop, sources);
    expect(found(result, 'vulnerable')).toEqual([
      expect.objectContaining({
        severity: 'high',
        ecosystem: 'npm',
        package: 'qs',
        version: '6.2.0',
        manifest: 'package-lock.json',
        path: ['shop', 'web', 'qs'],
        scope: 'runtime',
        advisory: 'GHSA-aaaa-bbbb-cccc',
        aliases: ['CVE-2022-24999'],
        fixedIn: ['6.2.4'],
        fix: 'npm update qs',
      }),
    ]);
  });

  test('moves with its parent, and is blocked where that does not', async () => {
    sources.npm('qs', '6.5.0', { version: '6.2.0' }, { version: '6.5.0' });
    sources.advise(advisory('GHSA-aaaa-bbbb-cccc', 'qs', inNpm('6.5.0')));
    const old = { version: '1.0.0', dependencies: { qs: '~6.2.0' } };
    sources.npm('web', '1.1.0', old, {
      version: '1.1.0',
      dependencies: { qs: '^6.5.0' },
    });
    const moved = found(await auditFiles(shop, sources), 'vulnerable');
    expect(moved).toMatchObject([{ fix: 'npm update web' }]);
    sources.npm('web', '1.1.0', old, { ...old, version: '1.1.0' });
    const blocked = found(await auditFiles(shop, sources), 'vulnerable');
    expect(blocked).toMatchObject([{ blockedBy: 'web 1.0.0' }]);
  });

  test('that only tests use is of the scope dev', async () => {
    sources.advise(advisory('GHSA-aaaa-bbbb-cccc', 'ws', inNpm('8.0.1')));
    expect(found(await auditFiles(shop, sources), 'vulnerable')).toMatchObject([
      { package: 'ws', scope: 'dev', path: ['shop', 'runner', 'ws'], severity: 'high' },
    ]);
  });

  test('that only tests use ships with an action that is bundled', async () => {
    sources.advise(advisory('GHSA-aaaa-bbbb-cccc', 'ws', inNpm('8.0.1')));
    const action = {
      'action.yml': 'name: a\nruns:\n  using: node24\n  main: dist/index.js\n',
    };
    const result = await auditFiles({ ...shop, ...action }, sources);
    expect(found(result, 'vulnerable')).toMatchObject([{ scope: 'runtime' }]);
  });

  test('that the project asks for itself is asked for anew', async () => {
    sources.npm('runner', '2.0.0', { version: '1.0.0' }, { version: '2.0.0' });
    sources.advise(advisory('GHSA-aaaa-bbbb-cccc', 'runner', inNpm('2.0.0')));
    expect(found(await auditFiles(shop, sources), 'vulnerable')).toMatchObject([
      { fix: 'npm install --save-dev runner@2.0.0' },
    ]);
  });

  test('of one version leaves the other one alone', async () => {
    const files = npmProject({
      '': { dependencies: { web: '^1.0.0', qs: '^6.5.0' } },
      'node_modules/qs': { version: '6.5.0' },
      'node_modules/web': { version: '1.0.0', dependencies: { qs: '~6.2.0' } },
      'node_modules/web/node_modules/qs': { version: '6.2.0' },
    });
    sources.advise(advisory('GHSA-aaaa-bbbb-cccc', 'qs', inNpm('6.2.4')));
    expect(found(await auditFiles(files, sources), 'vulnerable')).toMatchObject([
      { version: '6.2.0', path: ['shop', 'web', 'qs'] },
    ]);
  });

  test('by another name is found by its own', async () => {
    const files = npmProject({
      '': { dependencies: { query: 'npm:qs@~6.2.0' } },
      'node_modules/query': { name: 'qs', version: '6.2.0' },
    });
    sources.npm('qs', '6.2.4', { version: '6.2.0' }, { version: '6.2.4' });
    sources.advise(advisory('GHSA-aaaa-bbbb-cccc', 'qs', inNpm('6.2.4')));
    expect(found(await auditFiles(files, sources), 'vulnerable')).toMatchObject([
      { package: 'qs', version: '6.2.0', fix: 'npm update query' },
    ]);
    sources.npm('qs', '7.0.0', { version: '6.2.0' }, { version: '7.0.0' });
    sources.advise(advisory('GHSA-aaaa-bbbb-cccc', 'qs', inNpm('7.0.0')));
    expect(found(await auditFiles(files, sources), 'vulnerable')).toMatchObject([
      { fix: 'npm install query@npm:qs@7.0.0' },
    ]);
  });
});

test('A malicious package is critical, and no policy excuses it', async () => {
  sources.advise(advisory('MAL-2025-1', 'ws', { ...inNpm(), summary: 'steals tokens' }));
  const policy = `exceptions:
  - {advisory: MAL-2025-1, reason: never mind, expires: 2999-01-31}
`;
  const files = { ...shop, '.github/dependency-policy.yml': policy };
  const result = await auditFiles(files, sources);
  expect(found(result, 'malicious')).toMatchObject([
    { severity: 'critical', package: 'ws', scope: 'dev', advisory: 'MAL-2025-1' },
  ]);
  expect(result).toMatchObject({ outcome: 'attention', metrics: { excused: 0 } });
  expect(result.message).toContain('1 malicious package');
});

test('A deprecated package says why', async () => {
  const files = npmProject({
    '': { dependencies: { web: '^1.0.0', left: '^1.0.0' } },
    // By the lockfile, and by the registry.
    'node_modules/web': { version: '1.0.0', deprecated: 'use fetch' },
    'node_modules/left': { version: '1.0.0' },
  });
  sources.npm(
    'left',
    '1.1.0',
    { version: '1.0.0', deprecated: 'moved' },
    { version: '1.1.0' },
  );
  const result = await auditFiles(files, sources);
  expect(found(result, 'deprecated').map(({ message, fix }) => [message, fix])).toEqual([
    ['left 1.0.0 (runtime) is deprecated: moved', 'npm update left'],
    ['web 1.0.0 (runtime) is deprecated: use fetch', undefined],
  ]);
  expect(result.outcome).toBe('succeeded');
});

describe('an outdated package', () => {
  const files = (engines?: object) =>
    npmProject({
      '': { dependencies: { web: '^1.0.0' }, ...(engines && { engines }) },
      'node_modules/web': { version: '1.0.0' },
    });

  test('is told with what npm itself would take, and what the newest needs', async () => {
    sources.npm(
      'web',
      '3.0.0',
      { version: '1.0.0' },
      { version: '1.2.0', engines: { node: '>=18' } },
      { version: '2.0.0', engines: { node: '>=18' } },
      { version: '3.0.0', engines: { node: '>=24' } },
      // Beyond what its maintainers call the latest.
      { version: '4.0.0', engines: { node: '>=24' } },
    );
    const result = await auditFiles(files({ node: '>=20' }), sources);
    expect(rowsOf(result, 'Outdated')).toEqual([
      [
        'web',
        'runtime',
        '1.0.0',
        '1.2.0',
        '3.0.0',
        expect.any(Number),
        'package.json',
        expect.stringContaining(
          '3.0.0 needs Node.js >=24, and the project has >=20: there, npm takes 2.0.0 for the latest',
        ),
      ],
    ]);
    expect(found(result, 'outdated')).toMatchObject([{ fix: 'npm update web' }]);
  });

  test('waits for the cooldown', async () => {
    sources.npm(
      'web',
      '1.2.0',
      { version: '1.0.0' },
      { version: '1.1.0', publishedAt: dayAgo(30) },
      { version: '1.2.0', publishedAt: dayAgo(1) },
    );
    const result = await auditFiles(files(), sources);
    const [row] = rowsOf(result, 'Outdated');
    expect(row?.slice(2, 6)).toEqual(['1.0.0', '1.1.0', '1.2.0', 1]);
    expect(row?.[7]).toContain('is younger than the cooldown');
  });

  test('that is all there is, is not outdated', async () => {
    sources.npm('web', '1.0.0', { version: '1.0.0' }, { version: '2.0.0-rc.1' });
    expect((await auditFiles(files(), sources)).findings).toEqual([]);
  });
});

test('Several lockfiles are audited, each with commands of its own folder', async () => {
  const lock = npmProject({
    '': { dependencies: { qs: '^6.2.0' } },
    'node_modules/qs': { version: '6.2.0' },
  });
  const inFolder = (folder: string) =>
    Object.fromEntries(
      Object.entries(lock).map(([name, text]) => [`${folder}/${name}`, text]),
    );
  sources.npm('qs', '6.2.4', { version: '6.2.0' }, { version: '6.2.4' });
  sources.advise(advisory('GHSA-aaaa-bbbb-cccc', 'qs', inNpm('6.2.4')));
  const files = { ...inFolder('web'), ...inFolder('tools/my app'), ...lock };
  const result = await auditFiles(files, sources);
  expect(
    found(result, 'vulnerable')
      .map(({ manifest, fix }) => `${manifest}: ${fix}`)
      .sort(),
  ).toEqual([
    'package-lock.json: npm update qs',
    "tools/my app/package-lock.json: npm --prefix 'tools/my app' update qs",
    'web/package-lock.json: npm --prefix web update qs',
  ]);
  expect(rowsOf(result, 'At a glance')[0]?.slice(0, 4)).toEqual(['npm', 3, 3, 3]);
});

test('The lockfiles of workspaces and links are one project', async () => {
  const files = {
    'package-lock.json': packageLock({
      '': { name: 'shop', workspaces: ['apps/*'] },
      'apps/api': { name: 'api', version: '1.0.0', dependencies: { qs: '~6.2.0' } },
      'node_modules/api': { resolved: 'apps/api', link: true },
      'node_modules/qs': { version: '6.2.0' },
    }),
    'package.json': '{"name": "shop", "workspaces": ["apps/*"]}',
  };
  sources.npm('qs', '7.0.0', { version: '6.2.0' }, { version: '7.0.0' });
  sources.advise(advisory('GHSA-aaaa-bbbb-cccc', 'qs', inNpm('7.0.0')));
  expect(found(await auditFiles(files, sources), 'vulnerable')).toMatchObject([
    { path: ['api', 'qs'], fix: 'npm install --workspace apps/api qs@7.0.0' },
  ]);
});
