import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Result } from '../../../src/core/result-schema.ts';
import { annotate } from '../../../src/github/annotations.ts';
import { escapeLogLine } from '../../../src/github/escape.ts';
import { summaryOf } from '../../../src/github/summary.ts';
import {
  commitOf,
  type DependencySources,
  startDependencySources,
} from '../../rig/dependency-sources.ts';
import {
  advisory,
  cargoLock,
  cargoProject,
  npmProject,
  packageLock,
} from './lockfiles.ts';
import { audit, auditFiles, found, makeRepository, rowsOf } from './repository.ts';

let sources: DependencySources;
/** For advisories and for whatever somebody might leave behind. */
let directory: string;

beforeEach(async () => {
  sources = await startDependencySources();
  directory = await mkdtemp(join(tmpdir(), 'matchbook-hostile-'));
  return async () => {
    await rm(directory, { recursive: true, force: true });
    await sources[Symbol.asyncDispose]();
  };
});

afterEach(() => void vi.restoreAllMocks());

/** What people have tried to make of a name, a version or a message. */
const payloads = [
  'a|b|c',
  '`code` **bold** [link](https://evil.example)',
  '<img src=x onerror=alert(1)>',
  '<!-- <details>',
  '@octocat closes #1 GH-1',
  '::set-output name=x::y',
  '\r\n::error::pwned',
  '\n##[error]pwned',
  '$(touch pwned)',
  '`touch pwned`',
  "'; touch pwned; '",
  '" && touch pwned "',
  'a\nb | c',
  '\u202egnp.exe\u2066',
  'zero\u200bwidth\u2060\ufeff',
  '\u001b[2J\u0007\u0000'.replace('\u0000', '\u0001'),
  '__proto__',
  'constructor',
  '../../../etc/passwd',
  '-rf',
  '%0A::error::pwned',
  '| --- | --- |',
  '\\|',
  '\\',
];

/** Everything that is written for people has to hold, whatever stands in it. */
function expectHarmless(result: Result, lines: readonly string[]): void {
  const summary = summaryOf(result, []);
  for (const table of summary.split('\n\n').filter((block) => block.startsWith('|'))) {
    const pipes = table
      .trim()
      .split('\n')
      .map((row) => row.match(/(?<!\\)\|/g)?.length);
    expect(new Set(pipes).size, table).toBe(1);
  }
  // Within code, GitHub makes no mentions and no references.
  const prose = summary.replace(/<code>.*?<\/code>/g, '');
  expect(prose).not.toMatch(/@octocat|\bGH-1|(?<!&)#1/);
  expect(summary).not.toMatch(/<img|<!--|<script|\]\(http/);
  expect(summary).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  expect(summary).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  expect(summary.match(/<details>/g)?.length ?? 0).toBe(
    summary.match(/<\/details>/g)?.length ?? 0,
  );
  for (const line of lines.map(escapeLogLine)) {
    expect(line).not.toMatch(/^\s*::|##\[|[\r\n]/);
  }
  for (const line of annotationsOf(result)) {
    expect(line).toMatch(/^::(error|warning|notice) title=[^:]+::/);
  }
}

function annotationsOf(result: Result): string[] {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  annotate(result, 'high');
  spy.mockRestore();
  return written
    .join('')
    .split(/\r?\n|\r/)
    .filter(Boolean);
}

/** The arguments that `cargo` and `npm` would be given by a person who pastes a fix. */
function typed(fix: string): string[] {
  const show = `{ printf '%s\\0' "$@"; }`;
  return fix.split('; then ').flatMap((part) => {
    const script = `edit() ${show}; cargo() ${show}; npm() ${show}; ${part}`;
    const { stdout } = spawnSync('/bin/sh', ['-c', script], {
      cwd: directory,
      encoding: 'utf8',
    });
    return stdout.split('\0').slice(0, -1);
  });
}

/** What a person may paste into a shell: that of an image or action is no command. */
function fixesOf({ findings }: Result): Set<string> {
  const ofPackages = findings.filter(
    ({ ecosystem = '' }) => ecosystem === 'cargo' || ecosystem === 'npm',
  );
  return new Set(ofPackages.flatMap(({ fix }) => fix ?? []));
}

const offline = () => ({ offline: 'true', advisories: directory });

/** Files with the advisories that are about what stands in them, and audits them. */
async function auditOffline(
  files: Readonly<Record<string, string | Buffer>>,
  ...advisories: readonly ReturnType<typeof advisory>[]
) {
  // A database has to have something of each ecosystem.
  const some = [
    advisory('RUSTSEC-2000-1', 'x'),
    advisory('GHSA-1', 'x', { ecosystem: 'npm' }),
  ];
  for (const [index, one] of [...some, ...advisories].entries()) {
    await writeFile(join(directory, `${index}.json`), JSON.stringify(one));
  }
  const lines: string[] = [];
  const result = await auditFiles(files, sources, {
    inputs: offline(),
    onLine: (line) => void lines.push(line),
  });
  return { result, lines };
}

describe.each(payloads.map((payload) => [payload]))('a name such as %j', (payload) => {
  test('in Cargo.lock, its manifest and an advisory', async () => {
    const name = `crate ${payload}`;
    const { result, lines } = await auditOffline(
      {
        'Cargo.toml': `[package]\nname = ${JSON.stringify(payload)}\nversion = "1.0.0"\n[dependencies]\n${JSON.stringify(name)} = "1"\n[target.${JSON.stringify(payload)}.dependencies]\n${JSON.stringify(`x${payload}`)} = { version = "1", package = ${JSON.stringify(payload)} }\n`,
        'Cargo.lock': cargoLock([
          { name: payload, version: '1.0.0' },
          { name: 'b', version: payload },
          { name, version: '1.0.0' },
        ]),
      },
      ...[payload, name, 'b'].map((one, index) =>
        advisory(`RUSTSEC-2024-000${index}`, one, { fixed: '2.0.0', summary: payload }),
      ),
    );
    // Some names are none of a crate, and make the lockfile unreadable.
    expect(result.outcome).toMatch(/^(attention|failed)$/);
    expectHarmless(result, lines);
    for (const fix of fixesOf(result)) typed(fix);
    expect(await readdir(directory)).not.toContain('pwned');
  });

  test('in package-lock.json, its folder and an advisory', async () => {
    const safe = payload.replaceAll('/', '_').replaceAll('\0', '');
    const files = npmProject({
      '': { dependencies: { [safe]: '^1.0.0' }, name: payload },
      [`node_modules/${safe}`]: { version: '1.0.0', deprecated: payload },
      'node_modules/b': { version: payload, dependencies: { [safe]: payload } },
      [`node_modules/b/node_modules/${safe}`]: { version: '2.0.0', resolved: payload },
    });
    const lock = files['package-lock.json'] ?? '';
    const { result, lines } = await auditOffline(
      { ...files, [`folder ${safe}/package-lock.json`]: lock },
      advisory('GHSA-aaaa-bbbb-cccc', safe, {
        ecosystem: 'npm',
        fixed: '1.0.1',
        summary: payload,
      }),
      advisory('GHSA-aaaa-bbbb-dddd', 'b', { ecosystem: 'npm', summary: payload }),
    );
    expect(found(result, 'vulnerable').length).toBeGreaterThan(1);
    expect(found(result, 'deprecated')).toHaveLength(2);
    expectHarmless(result, lines);
    for (const fix of fixesOf(result)) typed(fix);
    expect(await readdir(directory)).not.toContain('pwned');
  });

  test('in Dockerfiles, compose files, workflows, comments and file names', async () => {
    const safe = payload.replaceAll('/', '_').replace(/^-/, '');
    const inYaml = JSON.stringify(payload);
    const inLine = payload.replace(/[\r\n]+/g, ' ');
    const uses = `jobs:\n  ${inYaml}:\n    steps:\n      - uses: acme/deploy@${commitOf('v1')} # v9.9.9 ${inLine}\n      - uses: ${inYaml}\n      - uses: acme/deploy@v1${inLine.replaceAll(' ', '')}\n    container: ${inYaml}\n`;
    sources.repository('acme/deploy', {
      tags: { 'v1.0.0': commitOf('v1'), [inLine]: commitOf('v1') },
      branches: { [inLine]: commitOf('v1') },
    });
    const lines: string[] = [];
    const result = await auditFiles(
      {
        Dockerfile: `FROM ${payload}\nFROM rust:${payload}\nFROM $X${payload}\n`,
        [`docker/${safe}.Dockerfile`]: 'FROM rust:1.93\n',
        'compose.yaml': `services:\n  ${inYaml}:\n    image: ${inYaml}\n`,
        '.github/workflows/ci.yml': uses,
        [`.github/workflows/${safe}.yml`]: uses,
        '.github/dependency-policy.yml': JSON.stringify({
          exceptions: [
            {
              package: payload,
              code: 'unpinned',
              reason: payload,
              expires: '2999-01-01',
            },
            {
              package: 'acme/deploy',
              code: 'unpinned',
              reason: payload,
              expires: '2000-01-01',
            },
          ],
        }),
      },
      sources,
      { onLine: (line) => void lines.push(line) },
    );
    expect(found(result, 'comment-lies').length).toBeGreaterThan(0);
    expectHarmless(result, lines);
  });

  test('from a registry', async () => {
    sources.npm(
      'qs',
      payload,
      { version: '1.0.0', deprecated: payload },
      { version: payload, deprecated: payload, engines: { node: payload } },
      { version: '1.1.0', engines: { node: payload }, publishedAt: payload },
    );
    sources.crate(
      'rsa',
      { vers: '1.0.0', yanked: true },
      { vers: payload, rust_version: payload },
      { vers: '1.1.0', rust_version: payload, deps: [{ name: payload, req: payload }] },
    );
    sources.product(
      'rust',
      { name: '1.93', isEol: true, eolFrom: payload },
      { name: payload, isEol: false },
    );
    sources.routes['/hub/v2/library/rust/manifests/1.93'] = {
      headers: { 'docker-content-digest': encodeURIComponent(payload) },
      body: payload,
    };
    const lines: string[] = [];
    const result = await auditFiles(
      {
        ...npmProject({
          '': { dependencies: { qs: '^1.0.0' }, engines: { node: '>=20' } },
          'node_modules/qs': { version: '1.0.0' },
        }),
        ...cargoProject(
          'rust-version = "1.80"\n[dependencies]\nrsa = "1"',
          ['rsa'],
          [{ name: 'rsa', version: '1.0.0' }],
        ),
        Dockerfile: 'FROM rust:1.93\n',
      },
      sources,
      { onLine: (line) => void lines.push(line) },
    );
    expect(found(result, 'deprecated')).toHaveLength(1);
    expect(found(result, 'yanked')).toHaveLength(1);
    expect(found(result, 'end-of-life')).toHaveLength(1);
    expectHarmless(result, lines);
    for (const fix of fixesOf(result)) typed(fix);
    expect(await readdir(directory)).not.toContain('pwned');
  });
});

test('The commands of a fix are what they look like', async () => {
  const { result } = await auditOffline(
    npmProject({
      '': { dependencies: {} },
      "node_modules/it's $(touch pwned)": { version: '1.0.0' },
    }),
    advisory('GHSA-aaaa-bbbb-cccc', "it's $(touch pwned)", {
      ecosystem: 'npm',
      fixed: '1.0.1',
    }),
  );
  expect(typed(found(result, 'vulnerable')[0]?.fix ?? '')).toEqual([
    'update',
    "it's $(touch pwned)",
    expect.stringMatching(/^--before=\d{4}-\d\d-\d\d$/),
  ]);
});

test('What is to be written into a manifest is harmless in a shell as well', async () => {
  const { result } = await auditOffline(
    {
      'Cargo.toml': `[package]
name = "app"
version = "0.1.0"
[target."cfg(unix)' $(touch pwned) \`touch pwned\` '".dependencies]
"rsa; touch pwned" = { package = "rsa", version = "0.8" }
`,
      'Cargo.lock': cargoLock([
        { name: 'app', version: '0.1.0', source: null, needs: ['rsa'] },
        { name: 'rsa', version: '0.8.1' },
      ]),
    },
    advisory('RUSTSEC-2024-0001', 'rsa', { fixed: '0.9.0' }),
  );
  const [{ fix = '' } = {}] = found(result, 'vulnerable');
  expect(fix).toContain("'rsa; touch pwned' 0.9.0; then cargo update");
  typed(fix);
  expect(await readdir(directory)).not.toContain('pwned');
});

describe('a huge repository', () => {
  test('of 60,000 crates in a chain is audited', async () => {
    const count = 60_000;
    const crates = Array.from({ length: count }, (_, index) => ({
      name: `crate-${index}`,
      version: '1.0.0',
      needs: index + 1 < count ? [`crate-${index + 1}`] : ['crate-0'],
    }));
    const app = { name: 'app', version: '0.1.0', source: null, needs: ['crate-0'] };
    const { result } = await auditOffline(
      { 'Cargo.lock': cargoLock([app, ...crates]) },
      ...[1, 30_000, 59_999].map((at) =>
        advisory(`RUSTSEC-2024-${at}`, `crate-${at}`, { fixed: '2.0.0' }),
      ),
    );
    expect(found(result, 'vulnerable')).toHaveLength(3);
    expect(result.metrics).toMatchObject({ packages: count, vulnerable: 3 });
    for (const { path } of found(result, 'vulnerable')) {
      expect(path?.slice(0, 2)).toEqual(['app', 'crate-0']);
      expect(path?.length).toBeLessThan(50);
    }
  });

  test('of 8,000 vulnerable crates has a report of a bounded size', async () => {
    const crates = Array.from({ length: 8_000 }, (_, index) => ({
      name: 'crate',
      version: `1.0.${index}`,
    }));
    const { result, lines } = await auditOffline(
      { 'Cargo.lock': cargoLock(crates) },
      advisory('RUSTSEC-2024-0001', 'crate', { fixed: '2.0.0' }),
    );
    expect(found(result, 'vulnerable')).toHaveLength(8_000);
    expect(Buffer.byteLength(summaryOf(result, []))).toBeLessThan(1024 ** 2);
    expectHarmless(result, lines);
  });

  test('that says the same in 16,000 places has it folded', async () => {
    const copies = Array.from({ length: 8_000 }, (_, index) => [
      `node_modules/a-${index}/node_modules/qs`,
      { version: '1.0.0' },
    ]);
    const { result, lines } = await auditOffline(
      {
        'package-lock.json': packageLock({ '': {}, ...Object.fromEntries(copies) }),
        Dockerfile: 'FROM rust:1.93\n'.repeat(8_000),
      },
      advisory('GHSA-aaaa-bbbb-cccc', 'qs', { ecosystem: 'npm', fixed: '1.0.1' }),
    );
    expect(found(result, 'unpinned')).toHaveLength(1);
    expect(rowsOf(result, 'Do now')).toHaveLength(1);
    expectHarmless(result, lines);
  });

  test('with a lockfile of 40 MB says that it was not read', async () => {
    const lock = Buffer.alloc(40 * 1024 ** 2, ' ');
    const result = await auditFiles({ 'package-lock.json': lock }, sources);
    expect(result.outcome).toBe('failed');
    expect(found(result, 'source-failed')[0]?.message).toContain('larger than 32 MB');
  });

  test.each([
    [
      'JSON',
      'package-lock.json',
      `{"packages":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
    ],
    ['TOML', 'Cargo.lock', `a = ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`],
    [
      'YAML',
      '.github/workflows/ci.yml',
      `jobs: ${'['.repeat(5000)}${']'.repeat(5000)}\n`,
    ],
    [
      'aliases of YAML',
      'compose.yaml',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, index) => {
        const [name, of] = [
          String.fromCharCode(98 + index),
          String.fromCharCode(97 + index),
        ];
        return `${name}: &${name} [${Array(9).fill(`*${of}`).join(',')}]`;
      }).join('\n')}\nservices: *m\n`,
    ],
  ])('with %s that is nested without end does not crash', async (_, name, text) => {
    const result = await auditFiles({ [name]: text }, sources);
    expect(['failed', 'succeeded']).toContain(result.outcome);
    expect(result.message).not.toMatch(/call stack|heap/i);
  });
});

test('Keys that every object has are names like any other', async () => {
  const { result } = await auditOffline(
    {
      'package-lock.json': packageLock({
        '': { dependencies: { toString: '^1.0.0' } },
      }).replace(
        '"packages":{',
        '"packages":{"node_modules/__proto__":{"version":"1.0.0"},"node_modules/toString":{"version":"1.0.0"},"__proto__":{"version":"1.0.0"},',
      ),
      'Cargo.lock': cargoLock([
        { name: '__proto__', version: '1.0.0' },
        { name: 'constructor', version: '1.0.0', needs: ['__proto__'] },
      ]),
    },
    ...['__proto__', 'toString'].map((name, index) =>
      advisory(`GHSA-aaaa-bbbb-ccc${index}`, name, { ecosystem: 'npm' }),
    ),
    advisory('RUSTSEC-2024-0001', '__proto__'),
    advisory('RUSTSEC-2024-0002', 'constructor'),
  );
  expect(
    found(result, 'vulnerable')
      .map((one) => `${one.ecosystem} ${one.package}`)
      .sort(),
  ).toEqual(['cargo __proto__', 'cargo constructor', 'npm __proto__', 'npm toString']);
  expect(Object.hasOwn(Object.prototype, 'version')).toBe(false);
});

test('Links that lead out of the repository, or round in it, are not followed', async () => {
  await writeFile(
    join(directory, 'Cargo.lock'),
    cargoLock([{ name: 'outside', version: '1.0.0' }]),
  );
  await using repository = await makeRepository({ 'sub/README.md': '' });
  await symlink(directory, join(repository.path, 'elsewhere'));
  await symlink('..', join(repository.path, 'sub', 'round'));
  await symlink('/proc/self/environ', join(repository.path, 'Dockerfile'));
  const result = await audit(repository, sources);
  expect(JSON.stringify(result)).not.toMatch(/outside|PATH=/);
  expect(found(result, 'source-failed')).toMatchObject([
    { message: expect.stringContaining('symbolic link') },
  ]);
  expect(sources.requests).toEqual([]);
});

test.each([
  'registry.internal/app:1',
  '169.254.169.254/latest/meta-data:1',
  'localhost:8080/a:1',
  '[::1]:8080/a:1',
])('An internal host is never asked: FROM %s', async (from) => {
  const files = {
    Dockerfile: `FROM ${from}\n`,
    'compose.yaml': `services:\n  a:\n    image: ${JSON.stringify(from)}\n`,
  };
  const result = await auditFiles(files, sources);
  expect(result.metrics['requests']).toBe(0);
  expect(sources.requests).toEqual([]);
});
