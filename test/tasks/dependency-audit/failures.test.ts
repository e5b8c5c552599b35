import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { InvalidInputs } from '../../../src/core/inputs.ts';
import { makeZip } from '../../advisories/make-zip.ts';
import {
  type DependencySources,
  digestOf,
  startDependencySources,
} from '../../rig/dependency-sources.ts';
import type { ServedAdvisory } from '../../rig/osv-server.ts';
import { advisory, cargoLock, cargoProject, npmProject } from './lockfiles.ts';
import { audit, auditFiles, found, makeRepository, rowsOf } from './repository.ts';

let sources: DependencySources;
/** For advisories that lie on the disk. */
let directory: string;

beforeEach(async () => {
  sources = await startDependencySources();
  directory = await mkdtemp(join(tmpdir(), 'matchbook-advisories-'));
  sources.crate('rsa', { vers: '0.8.1', yanked: true });
  sources.npm(
    'qs',
    '6.3.0',
    { version: '6.2.0', deprecated: 'old' },
    { version: '6.3.0' },
  );
  sources.image('library/debian:13', digestOf('now'));
  sources.advise(advisoryAboutRsa, advisoryAboutQs);
  return async () => {
    await rm(directory, { recursive: true, force: true });
    await sources[Symbol.asyncDispose]();
  };
});

const advisoryAboutRsa = advisory('RUSTSEC-2023-0071', 'rsa', { severity: 'HIGH' });
const advisoryAboutQs = advisory('GHSA-aaaa-bbbb-cccc', 'qs', {
  ecosystem: 'npm',
  severity: 'LOW',
});

/** Not to be asked again: it says that it will be away for an hour. */
const down = { status: 503, headers: { 'retry-after': '3600' } };

const crates = cargoProject(
  '[dependencies]\nrsa = "0.8"',
  ['rsa'],
  [{ name: 'rsa', version: '0.8.1' }],
);
const packages = npmProject({
  '': { dependencies: { qs: '^6.2.0' } },
  'node_modules/qs': { version: '6.2.0' },
});
const everything = {
  ...crates,
  ...packages,
  Dockerfile: `FROM debian:13@${digestOf('now')}\n`,
  '.github/workflows/ci.yml':
    'jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v6\n',
};

const codesOf = (result: Awaited<ReturnType<typeof auditFiles>>) =>
  result.findings.map(({ code, severity }) => `${code} ${severity}`);

describe('a registry that does not answer', () => {
  test('is asked three times, is a finding of its own, and hides nothing else', async () => {
    sources.routes['/npm/qs'] = { status: 500 };
    const result = await auditFiles({ ...crates, ...packages }, sources);
    expect(sources.asked('/npm')).toEqual(Array(3).fill('GET /qs'));
    expect(codesOf(result)).toEqual([
      'vulnerable high',
      'yanked medium',
      'source-failed low',
      'vulnerable low',
    ]);
    expect(found(result, 'source-failed')[0]?.message).toMatch(
      /what a registry has published.* answered 500 3 times/,
    );
    expect(result.message).toContain('1 source not measured');
    expect(rowsOf(result, 'Could not measure')).toHaveLength(1);
    expect(result.outcome).toBe('attention');
  });

  test('is one row, however often it was asked', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `crate-${index}`);
    const files = cargoProject(
      '',
      names,
      names.map((name) => ({ name, version: '1.0.0' })),
    );
    // On a host of its own: one that fails five times is not asked for anything else.
    await using index = await startDependencySources();
    for (const name of names) index.routes[`/crates/cr/at/${name}`] = down;
    const registries = { 'crates.io': `${index.url}/crates` };
    const result = await auditFiles(files, {
      registries: JSON.stringify({ ...JSON.parse(sources.registries), ...registries }),
    });
    expect(rowsOf(result, 'Could not measure')).toMatchObject([
      [expect.any(String), expect.any(String), expect.any(String), 30],
    ]);
    expect(codesOf(result)).toEqual(['source-failed low']);
  });

  test.each([
    ['no JSON', { body: '<html>sign in</html>' }],
    ['another JSON', { body: [[], null] }],
    ['nothing', { body: '' }],
    ['a redirect without end', { status: 302, headers: { location: '/npm/qs' } }],
  ])('or answers %s does not end the audit', async (_, answer) => {
    for (const path of [
      '/npm/qs',
      '/crates/3/r/rsa',
      '/eol/api/v1/products/debian',
      '/hub/v2/library/debian/manifests/13',
      '/git/actions/checkout.git/info/refs',
      '/api/repos/actions/checkout',
    ]) {
      sources.routes[path] = answer;
    }
    const result = await auditFiles(everything, sources);
    expect(result).toMatchObject({ outcome: 'attention', reason: 'findings' });
    expect(found(result, 'vulnerable')).toHaveLength(2);
    expect(found(result, 'source-failed').length).toBeGreaterThan(0);
  });
});

test('A registry that never answers does not keep the run beyond its deadline', async () => {
  sources.routes['/crates/3/r/rsa'] = () => new Promise(() => {});
  const inputs = { deadline: '500ms' };
  const result = await auditFiles(crates, sources, { inputs });
  expect(result).toMatchObject({ outcome: 'failed', reason: 'check-failed' });
  expect(result.message).toContain('The deadline came first.');
  expect(result.message).not.toContain('no known danger');
});

describe('advisories that cannot be read', () => {
  test.each(['attention', 'never'])(
    'are a failure with everything else that was found (fail-on: %s)',
    async (failOn) => {
      sources.routes['/osv/v1/querybatch'] = down;
      const inputs = { 'fail-on': failOn === 'never' ? 'never' : 'high' };
      const result = await auditFiles({ ...crates, ...packages }, sources, { inputs });
      expect(result).toMatchObject({ outcome: 'failed', reason: 'check-failed' });
      expect(codesOf(result)).toEqual([
        'source-failed high',
        'source-failed high',
        'yanked medium',
        'deprecated low',
        'outdated info',
      ]);
      expect(result.message).toContain('answered 503');
      expect(JSON.stringify(result)).not.toContain('no known danger');
    },
  );

  test('one of them only: what the others say is not all', async () => {
    sources.routes['/osv/v1/vulns/RUSTSEC-2023-0071'] = down;
    const result = await auditFiles({ ...crates, ...packages }, sources);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'check-failed' });
    expect(found(result, 'vulnerable').map((one) => one.package)).toEqual(['qs']);
  });

  test('about actions are no good news either', async () => {
    sources.routes['/osv/v1/querybatch'] = down;
    const files = {
      '.github/workflows/ci.yml': everything['.github/workflows/ci.yml'],
    };
    const result = await auditFiles(files, sources);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'check-failed' });
    expect(result.message).not.toContain('no known danger');
  });

  test.each<[string, () => Promise<void>]>([
    ['there is nothing', async () => {}],
    ['the directory is empty', async () => void (await mkdir(join(directory, 'a')))],
    ['the zip is none', async () => await writeFile(join(directory, 'a'), 'PK nonsense')],
    [
      'the zip is of another ecosystem',
      async () => await writeFile(join(directory, 'a'), zipOf([advisoryAboutQs])),
    ],
  ])('from a file, where %s', async (_, prepare) => {
    await prepare();
    const inputs = { offline: 'true', advisories: join(directory, 'a') };
    const result = await auditFiles(crates, sources, { inputs });
    expect(result).toMatchObject({ outcome: 'failed', reason: 'check-failed' });
    expect(result.message).not.toContain('no known danger');
    expect(result.message).toContain('could not be read from');
  });
});

function zipOf(records: readonly ServedAdvisory[]): Buffer {
  return makeZip(
    records.map((one) => ({ name: `${one.id}.json`, text: JSON.stringify(one) })),
  );
}

describe('offline', () => {
  test('nobody is asked, and what that costs is told', async () => {
    const about = advisory('GHSA-dddd-eeee-ffff', 'actions/checkout', {
      ecosystem: 'GitHub Actions',
      fixed: '5.0.0',
    });
    await writeFile(
      join(directory, 'all.zip'),
      zipOf([advisoryAboutRsa, advisoryAboutQs, about]),
    );
    const files = { ...everything, Dockerfile: 'FROM debian:9\nFROM postgres:13\n' };
    const result = await auditFiles(files, sources, {
      inputs: { offline: 'true', advisories: directory },
    });
    expect(sources.requests).toEqual([]);
    expect(result.metrics).toMatchObject({ requests: 0, vulnerable: 2 });
    expect(result.outcome).toBe('attention');
    expect(found(result, 'end-of-life')).toMatchObject([
      { package: 'postgres', message: expect.stringContaining('(own table of ') },
    ]);
    expect(found(result, 'source-failed')).toMatchObject([
      { severity: 'info', message: expect.stringContaining('Not known: debian:9.') },
      { severity: 'info', message: expect.stringContaining('`offline` is true') },
    ]);
    expect(rowsOf(result, 'Could not measure')).toHaveLength(2);
  });

  test('all crates count as compiled', async () => {
    await writeFile(join(directory, 'all.zip'), zipOf([advisoryAboutRsa]));
    const files = cargoProject(
      '[dependencies]\nsql = { version = "1", default-features = false }',
      ['sql'],
      [
        { name: 'sql', version: '1.0.0', needs: ['rsa'] },
        { name: 'rsa', version: '0.8.1' },
      ],
    );
    const result = await auditFiles(files, sources, {
      inputs: { offline: 'true', advisories: join(directory, 'all.zip') },
    });
    expect(codesOf(result)).toEqual(['vulnerable high', 'source-failed info']);
  });

  test('cannot be asked for with a source that is online', async () => {
    const refused = async (inputs: Record<string, string>) => {
      const audited = auditFiles(crates, sources, {
        inputs: { offline: 'true', ...inputs },
      });
      await expect(audited).rejects.toThrow(InvalidInputs);
    };
    await refused({});
    await refused({ advisories: 'https://example.com/all.zip' });
    await refused({ advisories: directory, mode: 'delta' });
    expect(sources.requests).toEqual([]);
  });
});

describe('a lockfile that cannot be read', () => {
  test.each<[string, string | Buffer]>([
    ['is of a version to come', 'version = 99\n'],
    ['has marks of a merge', `<<<<<<< ours\n${crates['Cargo.lock']}=======\n`],
    ['is in UTF-16', Buffer.from(`\ufeff${crates['Cargo.lock']}`, 'utf16le')],
    ['has NUL bytes', `${crates['Cargo.lock']}\0`],
    ['is too large', Buffer.alloc(33 * 1024 ** 2, '#')],
    [
      'names what is not there',
      cargoLock([{ name: 'a', version: '1.0.0', needs: ['b'] }]),
    ],
  ])('because it %s is a failure, and the others are audited', async (_, lockfile) => {
    const result = await auditFiles(
      {
        ...crates,
        ...packages,
        'tools/Cargo.lock': lockfile,
        'tools/Cargo.toml': '[package]\nname = "t"',
      },
      sources,
    );
    expect(result).toMatchObject({ outcome: 'failed', reason: 'check-failed' });
    expect(
      found(result, 'vulnerable')
        .map((one) => one.package)
        .sort(),
    ).toEqual(['qs', 'rsa']);
    expect(found(result, 'source-failed')).toMatchObject([
      { severity: 'high', subject: expect.stringContaining('tools/Cargo.lock') },
    ]);
    expect(result.message).toMatch(
      /^Not everything could be looked at: .*tools\/Cargo\.lock.*\. \d+ packages, /,
    );
  });

  test('because it is a link to elsewhere is not read', async () => {
    await writeFile(
      join(directory, 'package-lock.json'),
      packages['package-lock.json'] ?? '',
    );
    await using repository = await makeRepository(crates);
    await symlink(
      join(directory, 'package-lock.json'),
      join(repository.path, 'package-lock.json'),
    );
    await symlink(directory, join(repository.path, 'folder'));
    const result = await audit(repository, sources);
    expect(result.outcome).toBe('failed');
    expect(found(result, 'source-failed')).toMatchObject([
      { severity: 'high', message: expect.stringContaining('symbolic link') },
    ]);
    expect(found(result).some((one) => one.package === 'qs')).toBe(false);
  });

  test('is all there is: nothing is known', async () => {
    const result = await auditFiles({ 'Cargo.lock': Buffer.from([0xff, 0xfe]) }, sources);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'check-failed' });
    expect(result.message).not.toMatch(/no known danger|nothing to look at/);
  });

  test('of an ecosystem that is not looked at is none', async () => {
    const files = { ...packages, 'Cargo.lock': 'version = 99\n' };
    const result = await auditFiles(files, sources, { inputs: { ecosystems: 'npm' } });
    expect(result.outcome).toBe('succeeded');
  });
});

test('A workflow that cannot be read is a finding beside the others', async () => {
  const files = { ...packages, '.github/workflows/ci.yml': 'jobs: {a: [\n' };
  const result = await auditFiles(files, sources);
  expect(found(result, 'source-failed')).toMatchObject([{ severity: 'medium' }]);
  expect(found(result, 'vulnerable')).toHaveLength(1);
});

test('Without anything to look at, the audit says so', async () => {
  const result = await auditFiles({ 'README.md': '# Hello\n' }, sources);
  expect(result).toMatchObject({ outcome: 'succeeded', findings: [] });
  expect(result.message).toContain('There is nothing to look at');
  expect(sources.requests).toEqual([]);
});

test('A path that is not there is refused', async () => {
  await using repository = await makeRepository({});
  const inputs = { path: join(repository.path, 'none') };
  const result = await audit(repository, sources, { inputs });
  expect(result).toMatchObject({ outcome: 'blocked', reason: 'invalid-input' });
  expect(result.message).toContain('checked out');
});

describe('ecosystems', () => {
  test.each([
    ['cargo', ['/crates', '/osv']],
    ['npm', ['/npm', '/osv']],
    ['docker', ['/eol', '/hub']],
    ['github-actions', ['/api', '/git', '/osv']],
    ['[cargo, docker]', ['/crates', '/eol', '/hub', '/osv']],
  ])('%s asks nobody else', async (ecosystems, expected) => {
    const result = await auditFiles(everything, sources, { inputs: { ecosystems } });
    const asked = new Set(
      sources.requests.map(({ path }) => path.slice(0, path.indexOf('/', 1))),
    );
    expect([...asked].sort()).toEqual(expected);
    expect(rowsOf(result, 'At a glance').map(([name]) => name)).toEqual(
      ecosystems.match(/[\w-]+/g),
    );
  });

  test.each(['rust', '[]', '{cargo: true}'])('%s is refused', async (ecosystems) => {
    const audited = auditFiles(everything, sources, { inputs: { ecosystems } });
    await expect(audited).rejects.toThrow(InvalidInputs);
  });
});
