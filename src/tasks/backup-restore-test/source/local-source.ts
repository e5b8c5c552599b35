import fs from 'node:fs/promises';
import path from 'node:path';
import type { ByteSource } from '../../../pg-dump/read-archive.ts';
import { type Backup, type BackupSource, NoBackups } from './source.ts';

/** Opens a file, or a directory with all that lies below it. Looks at nothing yet. */
export function openLocalSource(place: string): BackupSource {
  return new LocalSource(path.resolve(place));
}

class LocalSource implements BackupSource {
  readonly place: string;
  /** By key. */
  readonly #files = new Map<string, string>();

  constructor(place: string) {
    this.place = place;
  }

  async list(signal: AbortSignal): Promise<Backup[]> {
    const { place } = this;
    const stats = await refusing(place, fs.stat(place));
    const isFile = stats.isFile();
    const files = isFile ? [place] : await filesBelow(place, signal);
    const backups: Backup[] = [];
    for (const file of files) {
      const { size, mtime } = isFile ? stats : await refusing(file, fs.stat(file));
      const key = isFile ? path.basename(file) : keyOf(place, file);
      this.#files.set(key, file);
      backups.push({ key, sizeBytes: size, modifiedAt: mtime, etag: null });
    }
    if (backups.length > 0) return backups;
    throw new NoBackups(
      `There is no file in ${place}. Give the directory that the backup job writes to.`,
    );
  }

  bytes(backup: Backup): ByteSource {
    const file = this.fileOf(backup);
    return {
      sizeBytes: backup.sizeBytes,
      read: (offset, length, signal) => readFile(file, backup, offset, length, signal),
    };
  }

  fileOf(backup: Backup): string {
    return this.#files.get(backup.key) ?? path.join(this.place, backup.key);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Symbolic links to files are followed; to directories not, for they may form a circle. */
async function filesBelow(directory: string, signal: AbortSignal): Promise<string[]> {
  signal.throwIfAborted();
  const entries = await refusing(
    directory,
    fs.readdir(directory, { withFileTypes: true }),
  );
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(file, signal)));
    else if (entry.isFile() || (await linksToFile(file))) files.push(file);
  }
  return files;
}

async function linksToFile(file: string): Promise<boolean> {
  const stats = await fs.stat(file).catch(() => null);
  return stats?.isFile() ?? false;
}

function keyOf(directory: string, file: string): string {
  return path.relative(directory, file).split(path.sep).join('/');
}

async function readFile(
  file: string,
  backup: Backup,
  offset: number,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  signal.throwIfAborted();
  await using handle = await refusing(file, fs.open(file));
  const { size, mtime } = await handle.stat();
  if (size !== backup.sizeBytes || mtime.getTime() !== backup.modifiedAt.getTime()) {
    throw new Error(
      `${file} has changed since it was listed. Run again when nobody writes to it.`,
    );
  }
  const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(
      bytes,
      filled,
      bytes.length - filled,
      offset + filled,
    );
    if (bytesRead === 0) throw new Error(`${file} became shorter while it was read.`);
    filled += bytesRead;
  }
  return bytes;
}

/** Says in plain words why the system refused. */
async function refusing<Value>(file: string, tried: Promise<Value>): Promise<Value> {
  try {
    return await tried;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new NoBackups(
        `There is no ${file} on this machine. Give the directory or file that holds the backups, or s3://bucket/prefix/.`,
      );
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new NoBackups(
        `${file} may not be read by the user that runs this. Give it the right to (chmod, or a group).`,
      );
    }
    throw new NoBackups(`Cannot read ${file}: ${message}.`);
  }
}
