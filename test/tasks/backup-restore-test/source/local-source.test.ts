import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLocalSource } from '../../../../src/tasks/backup-restore-test/source/local-source.ts';
import { NoBackups } from '../../../../src/tasks/backup-restore-test/source/source.ts';

const { signal } = new AbortController();

async function makeDirectory(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'backups-'));
  onTestFinished(() => fs.rm(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, content);
  }
  return directory;
}

test('a directory is listed with all below it, and links to files', async () => {
  const directory = await makeDirectory({ 'b.dump': '12345', '2026/11/a.dump': '' });
  await fs.symlink('b.dump', path.join(directory, 'latest.dump'));
  await fs.symlink('nowhere', path.join(directory, 'broken.dump'));
  await fs.symlink('.', path.join(directory, 'circle'));
  await using source = openLocalSource(directory);
  const listed = await source.list(signal);
  expect(listed.map(({ key, sizeBytes }) => [key, sizeBytes])).toEqual([
    ['2026/11/a.dump', 0],
    ['b.dump', 5],
    ['latest.dump', 5],
  ]);
  expect(source.place).toBe(directory);
});

test('a file is a backup by its name; its bytes are read by range', async () => {
  const directory = await makeDirectory({ 'b.dump': '0123456789' });
  await using source = openLocalSource(path.join(directory, 'b.dump'));
  const [backup] = await source.list(signal);
  if (!backup) throw new Error('no backup');
  expect(backup).toMatchObject({ key: 'b.dump', sizeBytes: 10, etag: null });
  const bytes = source.bytes(backup);
  expect(String(Buffer.from(await bytes.read(2, 3, signal)))).toBe('234');
  expect(String(Buffer.from(await bytes.read(8, 9, signal)))).toBe('89');
});

test('a file that is written to meanwhile is not read', async () => {
  const directory = await makeDirectory({ 'b.dump': '0123456789' });
  await using source = openLocalSource(directory);
  const [backup] = await source.list(signal);
  if (!backup) throw new Error('no backup');
  await fs.appendFile(path.join(directory, 'b.dump'), 'x');
  await expect(source.bytes(backup).read(0, 1, signal)).rejects.toThrow(
    'b.dump has changed since it was listed',
  );
});

test('no such directory, and an empty one, are refused in plain words', async () => {
  const directory = await makeDirectory({});
  const missing = openLocalSource(path.join(directory, 'none')).list(signal);
  await expect(missing).rejects.toThrow(/^There is no \S+\/none on this machine\. Give/);
  await expect(missing).rejects.toThrow(NoBackups);
  const empty = openLocalSource(directory).list(signal);
  await expect(empty).rejects.toThrow(/^There is no file in \S+\. Give the directory/);
});

test('so is what may not be read', async () => {
  const directory = await makeDirectory({});
  await fs.chmod(directory, 0);
  const isRoot = process.getuid?.() === 0;
  // Root may read everything, so that it is somebody else for the moment.
  if (isRoot) process.seteuid?.(nobody);
  try {
    const listed = openLocalSource(directory).list(signal);
    await expect(listed).rejects.toThrow('may not be read by the user that runs this');
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

const nobody = 65_534;
