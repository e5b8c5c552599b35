import { beforeEach, describe, expect, test } from 'vitest';
import {
  type DependencySources,
  startDependencySources,
} from '../../rig/dependency-sources.ts';
import { advisory, cargoLock, cargoProject } from './lockfiles.ts';
import { auditFiles, found, rowsOf } from './repository.ts';

let sources: DependencySources;

beforeEach(async () => {
  sources = await startDependencySources();
  return () => sources[Symbol.asyncDispose]();
});

const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

/** `app` asks for `parent`, which asks for `rsa` 0.8. */
function throughParent() {
  return cargoProject(
    '[dependencies]\nparent = "1"',
    ['parent'],
    [
      { name: 'parent', version: '1.0.0', needs: ['rsa'] },
      { name: 'rsa', version: '0.8.1' },
    ],
  );
}

const needsRsa = (req: string) => ({ deps: [{ name: 'rsa', req }] });

describe('a vulnerable crate', () => {
  test('is one finding, however many databases have it, with the way to it', async () => {
    sources.crate('parent', { vers: '1.0.0', ...needsRsa('^0.8') });
    sources.crate('rsa', { vers: '0.8.1' }, { vers: '0.8.4' }, { vers: '0.8.5' });
    sources.advise(
      advisory('RUSTSEC-2024-0001', 'rsa', { fixed: '0.8.3', aliases: ['CVE-2024-1'] }),
      advisory('GHSA-aaaa-bbbb-cccc', 'rsa', {
        fixed: '0.8.4',
        aliases: ['CVE-2024-1'],
        severity: 'MODERATE',
      }),
    );
    const result = await auditFiles(throughParent(), sources);
    expect(found(result, 'vulnerable')).toEqual([
      expect.objectContaining({
        severity: 'medium',
        ecosystem: 'cargo',
        package: 'rsa',
        version: '0.8.1',
        manifest: 'Cargo.lock',
        path: ['app', 'parent', 'rsa'],
        scope: 'runtime',
        advisory: 'RUSTSEC-2024-0001',
        aliases: ['CVE-2024-1', 'GHSA-aaaa-bbbb-cccc'],
        fixedIn: ['0.8.4'],
        fix: 'cargo update -p rsa@0.8.1 --precise 0.8.4',
      }),
    ]);
    expect(result).toMatchObject({ outcome: 'succeeded', metrics: { vulnerable: 1 } });
    expect(result.message).toContain('1 vulnerability');
    expect(rowsOf(result, 'Do now')).toEqual([
      [
        'cargo update -p rsa@0.8.1 --precise 0.8.4',
        'RUSTSEC-2024-0001',
        'medium',
        expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      ],
    ]);
  });

  test('of which nobody said how severe it is turns the job red', async () => {
    sources.advise(advisory('RUSTSEC-2024-0001', 'rsa', { fixed: '0.8.3' }));
    const result = await auditFiles(throughParent(), sources);
    expect(found(result, 'vulnerable')).toMatchObject([{ severity: 'high' }]);
    expect(result).toMatchObject({ outcome: 'attention', reason: 'findings' });
  });

  test.each([
    ['build-dependencies', 'build'],
    ['dev-dependencies', 'dev'],
  ])('below %s is of the scope %s', async (table, scope) => {
    const files = cargoProject(
      `[${table}]\nrsa = "0.8"`,
      ['rsa'],
      [{ name: 'rsa', version: '0.8.1' }],
    );
    sources.crate('rsa', { vers: '0.8.1' });
    sources.advise(advisory('RUSTSEC-2024-0001', 'rsa'));
    expect(found(await auditFiles(files, sources), 'vulnerable')).toMatchObject([
      { scope },
    ]);
  });

  test('that a version free of all its advisories is there for is moved once', async () => {
    sources.crate('parent', { vers: '1.0.0', ...needsRsa('^0.8') });
    sources.crate(
      'rsa',
      ...['0.8.1', '0.8.2', '0.8.3', '0.8.4'].map((vers) => ({ vers })),
    );
    sources.advise(
      advisory('RUSTSEC-2024-0001', 'rsa', { fixed: '0.8.2' }),
      advisory('RUSTSEC-2024-0002', 'rsa', { fixed: '0.8.3' }),
      // Nobody has it now, and the fix must not lead into it.
      advisory('RUSTSEC-2024-0003', 'rsa', { introduced: '0.8.3', fixed: '0.8.4' }),
    );
    const all = found(await auditFiles(throughParent(), sources), 'vulnerable');
    expect(all.map((one) => [one.advisory, one.fix])).toEqual([
      ['RUSTSEC-2024-0001', 'cargo update -p rsa@0.8.1 --precise 0.8.4'],
      ['RUSTSEC-2024-0002', 'cargo update -p rsa@0.8.1 --precise 0.8.4'],
    ]);
  });
});

describe('the fix', () => {
  beforeEach(() => {
    sources.crate('rsa', { vers: '0.8.1' }, { vers: '0.9.5' });
    sources.advise(advisory('RUSTSEC-2024-0001', 'rsa', { fixed: '0.9.5' }));
  });

  test('is to move the parent to its lowest release that admits it', async () => {
    sources.crate(
      'parent',
      { vers: '1.0.0', ...needsRsa('^0.8') },
      { vers: '1.1.0', ...needsRsa('^0.8') },
      { vers: '1.2.0', ...needsRsa('^0.9') },
      { vers: '1.3.0', ...needsRsa('^0.9') },
    );
    const [one] = found(await auditFiles(throughParent(), sources), 'vulnerable');
    expect(one?.fix).toBe('cargo update -p parent@1.0.0 --precise 1.2.0');
  });

  test('is to ask for more in the manifest', async () => {
    const files = cargoProject(
      '[dependencies]\nrsa = "0.8"',
      ['rsa'],
      [{ name: 'rsa', version: '0.8.1' }],
    );
    const [one] = found(await auditFiles(files, sources), 'vulnerable');
    expect(one?.fix).toBe('cargo add --manifest-path Cargo.toml rsa@0.9.5');
  });

  test('names the manifest of the workspace for what its members take from there', async () => {
    const files = {
      'Cargo.toml':
        '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nrsa = "0.8"\n',
      'crates/app/Cargo.toml':
        '[package]\nname = "app"\nversion = "0.1.0"\n[dependencies]\nrsa.workspace = true\n',
      'Cargo.lock': cargoLock([
        { name: 'app', version: '0.1.0', source: null, needs: ['rsa'] },
        { name: 'rsa', version: '0.8.1' },
      ]),
    };
    const [one] = found(await auditFiles(files, sources), 'vulnerable');
    expect(one?.fix).toBe(
      'edit Cargo.toml [workspace.dependencies]: rsa 0.9.5; then cargo update --workspace',
    );
  });

  test('is blocked by a parent of which no release admits it', async () => {
    sources.crate(
      'parent',
      { vers: '1.0.0', ...needsRsa('^0.8') },
      { vers: '1.4.0', ...needsRsa('=0.8.1') },
    );
    const result = await auditFiles(throughParent(), sources);
    const [one] = found(result, 'vulnerable');
    expect(one).toMatchObject({ blockedBy: 'parent 1.0.0' });
    expect(one).not.toHaveProperty('fix');
    expect(one?.remedy).toContain(
      'Blocked: parent 1.0.0 does not admit rsa 0.9.5, nor does its newest release, 1.4.0.',
    );
    expect(rowsOf(result, 'Do now')).toEqual([]);
    expect(rowsOf(result, 'To decide').map(([what]) => what)).toEqual(['rsa 0.8.1']);
  });

  test('younger than the cooldown is proposed where no older one clears it', async () => {
    sources.crate('parent', { vers: '1.0.0', ...needsRsa('>=0.8') });
    sources.crate('rsa', { vers: '0.8.1' }, { vers: '0.9.5', pubtime: dayAgo(1) });
    const [one] = found(await auditFiles(throughParent(), sources), 'vulnerable');
    expect(one?.fix).toBe('cargo update -p rsa@0.8.1 --precise 0.9.5');
    expect(one?.remedy).toContain('rsa 0.9.5 is younger than the cooldown');
  });
});

describe('a crate of a feature', () => {
  /** `app` → `sql` → (feature `mysql`) `sql-mysql` → `rsa`, all of it locked. */
  const crates = [
    { name: 'sql', version: '1.0.0', needs: ['sql-mysql'] },
    { name: 'sql-mysql', version: '1.0.0', needs: ['rsa'] },
    { name: 'rsa', version: '0.8.1' },
  ];

  beforeEach(() => {
    sources.crate('sql', {
      vers: '1.0.0',
      deps: [{ name: 'sql-mysql', req: '=1.0.0', optional: true }],
      features: { default: [], mysql: ['dep:sql-mysql'], tls: ['sql-mysql?/tls'] },
    });
    sources.crate('sql-mysql', {
      vers: '1.0.0',
      ...needsRsa('^0.8'),
      features: { tls: [] },
    });
    sources.crate('rsa', { vers: '0.8.1', yanked: true });
    sources.advise(
      advisory('RUSTSEC-2023-0071', 'rsa', {
        severity: 'CRITICAL',
        summary: 'Marvin attack',
      }),
    );
  });

  test.each(['sql = "1"', 'sql = { version = "1", features = ["tls"] }'])(
    'that nobody turns on is told apart: %s',
    async (dependency) => {
      const files = cargoProject(`[dependencies]\n${dependency}`, ['sql'], crates);
      const result = await auditFiles(files, sources);
      expect(result).toMatchObject({ outcome: 'succeeded', metrics: { notCompiled: 1 } });
      expect(result.findings).toEqual([
        expect.objectContaining({
          code: 'not-compiled',
          severity: 'info',
          package: 'rsa',
          advisory: 'RUSTSEC-2023-0071',
          path: ['app', 'sql', 'sql-mysql', 'rsa'],
        }),
      ]);
      expect(result.findings[0]?.message).toContain('Marvin attack');
      expect(result.message).toContain('1 advisory not compiled');
      expect(rowsOf(result, 'In the lockfile, but not compiled')).toEqual([
        ['rsa 0.8.1', 'RUSTSEC-2023-0071', 'app → sql → sql-mysql → rsa', 'Cargo.lock'],
      ]);
    },
  );

  test('that somebody turns on is compiled', async () => {
    const asked = 'sql = { version = "1", features = ["mysql"] }';
    const files = cargoProject(`[dependencies]\n${asked}`, ['sql'], crates);
    const result = await auditFiles(files, sources);
    expect(result.outcome).toBe('attention');
    expect(result.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'vulnerable critical',
      'yanked medium',
    ]);
  });

  test('counts as compiled where the index does not tell its features', async () => {
    sources.routes['/crates/3/s/sql'] = { status: 404 };
    const files = cargoProject('[dependencies]\nsql = "1"', ['sql'], crates);
    const result = await auditFiles(files, sources);
    expect(found(result, 'vulnerable')).toHaveLength(1);
    expect(found(result, 'not-compiled')).toEqual([]);
  });

  test('that is malicious is critical, compiled or not', async () => {
    sources.advise(advisory('MAL-2025-1', 'rsa', { summary: 'steals keys' }));
    const files = cargoProject('[dependencies]\nsql = "1"', ['sql'], crates);
    const result = await auditFiles(files, sources);
    expect(found(result, 'malicious')).toMatchObject([
      { severity: 'critical', package: 'rsa', advisory: 'MAL-2025-1' },
    ]);
    expect(result.outcome).toBe('attention');
  });
});

test.each([
  ['unsound', 'medium', 'unsound'],
  ['unmaintained', 'low', 'unmaintained'],
  ['notice', 'medium', 'unmaintained'],
])('%s is %s, and a class of its own', async (informational, severity, code) => {
  sources.crate('parent', { vers: '1.0.0', ...needsRsa('^0.8') });
  sources.crate('rsa', { vers: '0.8.1' });
  sources.advise(advisory('RUSTSEC-2024-0001', 'rsa', { informational }));
  const result = await auditFiles(throughParent(), sources);
  expect(result.findings).toMatchObject([{ code, severity }]);
  expect(result.outcome).toBe('succeeded');
});

test('a withdrawn advisory is none', async () => {
  const withdrawn = { withdrawn: '2025-02-01T00:00:00Z' };
  sources.advise({ ...advisory('RUSTSEC-2024-0001', 'rsa'), ...withdrawn });
  expect((await auditFiles(throughParent(), sources)).findings).toEqual([]);
});

test('a yanked crate is moved to the newest that is not', async () => {
  sources.crate('parent', { vers: '1.0.0', ...needsRsa('^0.8') });
  sources.crate(
    'rsa',
    { vers: '0.8.1', yanked: true },
    { vers: '0.8.2' },
    { vers: '0.8.3', yanked: true },
  );
  const result = await auditFiles(throughParent(), sources);
  expect(found(result, 'yanked')).toEqual([
    expect.objectContaining({
      severity: 'medium',
      path: ['app', 'parent', 'rsa'],
      fix: 'cargo update -p rsa@0.8.1 --precise 0.8.2',
    }),
  ]);
});

describe('an outdated crate', () => {
  const files = (more = '') =>
    cargoProject(
      `${more}[dependencies]\nserde = "1"`,
      ['serde'],
      [{ name: 'serde', version: '1.0.0' }],
    );

  test('waits for the cooldown, and says so', async () => {
    sources.crate(
      'serde',
      { vers: '1.0.0' },
      { vers: '1.1.0', pubtime: dayAgo(30) },
      { vers: '1.2.0', pubtime: dayAgo(1) },
    );
    const result = await auditFiles(files(), sources);
    expect(found(result, 'outdated')).toMatchObject([
      { severity: 'info', fix: 'cargo update -p serde@1.0.0 --precise 1.1.0' },
    ]);
    const [row] = rowsOf(result, 'Outdated');
    expect(row?.slice(0, 7)).toEqual([
      'serde',
      'runtime',
      '1.0.0',
      '1.1.0',
      '1.2.0',
      1,
      'Cargo.toml',
    ]);
    expect(row?.[7]).toMatch(/^1\.2\.0 of \d{4}-\d\d-\d\d is younger than the cooldown$/);
    const eager = await auditFiles(files(), sources, { inputs: { cooldown: '0s' } });
    expect(rowsOf(eager, 'Outdated')[0]?.slice(3, 5)).toEqual(['1.2.0', '1.2.0']);
  });

  test('stays where the newer one needs another Rust', async () => {
    sources.crate(
      'serde',
      { vers: '1.0.0' },
      { vers: '1.1.0', rust_version: '1.70' },
      { vers: '1.2.0', rust_version: '1.90' },
    );
    const result = await auditFiles(files('rust-version = "1.80"\n'), sources);
    expect(rowsOf(result, 'Outdated')[0]?.slice(2, 5)).toEqual([
      '1.0.0',
      '1.1.0',
      '1.2.0',
    ]);
    expect(rowsOf(result, 'Outdated')[0]?.[7]).toBe(
      '1.2.0 needs Rust 1.90, the project has 1.80; newest for it: 1.1.0',
    );
  });

  test('says what keeps it from the newest', async () => {
    sources.crate('serde', { vers: '1.0.0' }, { vers: '2.0.0' });
    const result = await auditFiles(files(), sources);
    expect(rowsOf(result, 'Outdated')[0]?.[7]).toBe('2.0.0 is outside 1');
    expect(found(result, 'outdated')[0]).not.toHaveProperty('fix');
  });

  test('is not one that its maintainers took back, nor a pre-release', async () => {
    sources.crate(
      'serde',
      { vers: '1.0.0' },
      { vers: '1.1.0', yanked: true },
      { vers: '1.2.0-rc.1' },
    );
    expect((await auditFiles(files(), sources)).findings).toEqual([]);
  });
});

test('Crates from elsewhere are not looked up at crates.io', async () => {
  const files = cargoProject(
    '[dependencies]',
    ['mine', 'forked'],
    [
      { name: 'mine', version: '1.0.0', source: 'sparse+https://crates.example.com/' },
      { name: 'forked', version: '1.0.0', source: 'git+https://example.com/f?rev=1#abc' },
    ],
  );
  await auditFiles(files, sources);
  expect(sources.asked('/crates')).toEqual([]);
});
