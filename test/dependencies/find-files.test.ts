import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  findDependencyFiles,
  readRepositoryFile,
  wantedFile,
} from '../../src/dependencies/find-files.ts';
import { ecosystems, UnreadableFile } from '../../src/dependencies/model.ts';

const all = new Set(ecosystems);
const signal = new AbortController().signal;

async function makeTree(files: Record<string, string | Uint8Array>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'find-files-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

describe('a file is wanted for', () => {
  test.each([
    ['Cargo.lock', 'cargo'],
    ['crates/a/Cargo.toml', 'cargo'],
    ['rust-toolchain', 'cargo'],
    ['web/package-lock.json', 'npm'],
    ['npm-shrinkwrap.json', 'npm'],
    ['.nvmrc', 'npm'],
    ['Dockerfile', 'docker'],
    ['build/dockerfile', 'docker'],
    ['Dockerfile.dev', 'docker'],
    ['app.Dockerfile', 'docker'],
    ['Containerfile', 'docker'],
    ['docker-compose.override.yml', 'docker'],
    ['deploy/compose.yaml', 'docker'],
    ['compose-dev.yml', 'docker'],
    ['.github/workflows/ci.yaml', 'github-actions'],
    ['.github/workflows/actions.lock', 'github-actions'],
    ['.github/dependabot.yml', 'github-actions'],
    ['a/b/action.yml', 'github-actions'],
    ['Dockerfile.j2', null],
    ['Dockerfile.dockerignore', null],
    ['src/dockerfile.ts', null],
    ['composer.yml', null],
    ['docs/.github/workflows/ci.yml', null],
    ['.github/workflows/sub/ci.yml', null],
    ['node_modules/a/package.json', null],
    ['a/.git/Cargo.lock', null],
    ['cargo.lock', null],
    ['Cargo.lock.orig', null],
    ['constructor', null],
  ])('%s: %s', (path, ecosystem) => {
    expect(wantedFile(path)).toBe(ecosystem);
  });
});

test('reads what is wanted, and nothing that others put there', async () => {
  const root = await makeTree({
    'Cargo.toml': '[package]',
    'target/package/a/Cargo.toml': 'built',
    'web/target/Cargo.toml': 'a folder of this name',
    'web/package.json': '{}',
    'web/node_modules/a/package.json': '{}',
    '.git/Cargo.lock': '',
    '.github/workflows/ci.yml': '\uFEFFon: push',
    'odd\n::name/Dockerfile': 'FROM a',
    'README.md': '',
  });
  const { files, problems } = await findDependencyFiles(root, all, signal);
  expect(Object.fromEntries(files)).toEqual({
    'Cargo.toml': '[package]',
    '.github/workflows/ci.yml': 'on: push',
    'odd\n::name/Dockerfile': 'FROM a',
    'web/package.json': '{}',
    'web/target/Cargo.toml': 'a folder of this name',
  });
  expect(problems).toEqual([]);
  const onlyNpm = await findDependencyFiles(root, new Set(['npm'] as const), signal);
  expect([...onlyNpm.files.keys()]).toEqual(['web/package.json']);
});

test('links are never followed', async () => {
  const outside = await makeTree({ 'Cargo.lock': 'secret', 'deep/Cargo.toml': 'secret' });
  const root = await makeTree({ 'a/package.json': '{}' });
  await symlink(join(outside, 'Cargo.lock'), join(root, 'Cargo.lock'));
  await symlink(join(outside, 'deep'), join(root, 'deep'));
  await symlink(root, join(root, 'a/self'));
  const { files, problems } = await findDependencyFiles(root, all, signal);
  expect([...files.keys()]).toEqual(['a/package.json']);
  expect(problems.map(({ message }) => message)).toEqual([
    'Cargo.lock: it is a symbolic link, and these are not followed',
  ]);
});

test('what is no text is a problem', async () => {
  const root = await makeTree({
    'a/Cargo.lock': Uint8Array.of(0x61, 0, 0x62),
    'b/Cargo.lock': Uint8Array.of(0xff, 0xfe, 0x61),
    'c/Cargo.lock': 'fine',
  });
  const { files, problems } = await findDependencyFiles(root, all, signal);
  expect([...files.keys()]).toEqual(['c/Cargo.lock']);
  expect(problems.map(({ message }) => message)).toEqual([
    'a/Cargo.lock: it has NUL bytes: it is no text',
    'b/Cargo.lock: it is not in UTF-8',
  ]);
});

test('limits are problems, and what fits is read', async () => {
  const root = await makeTree({
    'a/Cargo.lock': 'x'.repeat(60),
    'b/Cargo.lock': 'x'.repeat(101),
    'c/Cargo.lock': 'x'.repeat(60),
    'd/Cargo.lock': 'x'.repeat(30),
  });
  const limits = { fileBytes: 100, totalBytes: 100, entries: 1_000 };
  const { files, problems } = await findDependencyFiles(root, all, signal, limits);
  expect([...files.keys()]).toEqual(['a/Cargo.lock', 'd/Cargo.lock']);
  expect(problems.map(({ path }) => path)).toEqual(['b/Cargo.lock', 'c/Cargo.lock']);
  const few = await findDependencyFiles(root, all, signal, { ...limits, entries: 5 });
  expect(few.problems.at(-1)?.message).toMatch(/^b\/: .* more than 5 files/);
});

test('ends with the signal, and where there is no such directory', async () => {
  const root = await makeTree({});
  const aborted = AbortSignal.abort(new Error('stop'));
  await expect(findDependencyFiles(root, all, aborted)).rejects.toThrow('stop');
  await expect(findDependencyFiles(join(root, 'no'), all, signal)).rejects.toThrow(
    'ENOENT',
  );
});

describe('one file', () => {
  test('is read where it lies below the directory', async () => {
    const root = await makeTree({ '.github/policy.yml': 'a: 1' });
    const read = (path: string) => readRepositoryFile(root, path);
    expect(await read('.github/policy.yml')).toBe('a: 1');
    expect(await read('./.github//policy.yml')).toBe('a: 1');
    expect(await read('none.yml')).toBeNull();
    expect(await read('no/such/folder.yml')).toBeNull();
    // Also where the directory itself is reached by a link.
    const outside = await makeTree({});
    await symlink(root, join(outside, 'link'));
    const linked = readRepositoryFile(join(outside, 'link'), '.github/policy.yml');
    expect(await linked).toBe('a: 1');
  });

  test('is not read from elsewhere, nor without end', async () => {
    const outside = await makeTree({ 'deep/policy.yml': 'secret' });
    const root = await makeTree({ 'long.yml': 'x'.repeat(101) });
    await symlink(join(outside, 'deep/policy.yml'), join(root, 'file.yml'));
    await symlink(join(outside, 'deep'), join(root, 'deep'));
    await symlink('/dev/zero', join(root, 'zero.yml'));
    const why = (path: string) =>
      readRepositoryFile(root, path, 100).catch((error) => {
        expect(error).toBeInstanceOf(UnreadableFile);
        return error.message;
      });
    expect(await why('file.yml')).toMatch(/it is a symbolic link/);
    expect(await why('zero.yml')).toMatch(/it is a symbolic link/);
    expect(await why('deep/policy.yml')).toMatch(/it lies behind a symbolic link/);
    expect(await why('../policy.yml')).toMatch(/it leaves the directory/);
    expect(await why('a/../../policy.yml')).toMatch(/it leaves the directory/);
    expect(await why(join(outside, 'deep/policy.yml'))).toMatch(
      /it leaves the directory/,
    );
    expect(await why('long.yml')).toMatch(/it is larger than/);
    expect(await why('.')).toMatch(/it is no regular file/);
  });
});
