import { constants, type Dirent } from 'node:fs';
import { type FileHandle, open, readdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { type Ecosystem, type RepositoryFiles, UnreadableFile } from './model.ts';
import { wantedFile } from './wanted-file.ts';

export { wantedFile } from './wanted-file.ts';

export interface FoundFiles {
  readonly files: RepositoryFiles;
  readonly problems: readonly UnreadableFile[];
}

/** What a repository may be at most; more is a problem that is reported, never a crash. */
export interface FileLimits {
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly entries: number;
}

const megabyte = 1024 * 1024;
const defaultLimits: FileLimits = {
  fileBytes: 32 * megabyte,
  totalBytes: 256 * megabyte,
  entries: 200_000,
};

/**
 * Reads the files below a directory that tell of dependencies of the wanted ecosystems.
 * Symbolic links are never followed, and what others installed or built (`node_modules`,
 * `target` beside a `Cargo.toml`) is passed over. Throws where the root cannot be read.
 */
export async function findDependencyFiles(
  root: string,
  wanted: ReadonlySet<Ecosystem>,
  signal: AbortSignal,
  limits: FileLimits = defaultLimits,
): Promise<FoundFiles> {
  const files = new Map<string, string>();
  const problems: UnreadableFile[] = [];
  const waiting = [''];
  let entries = 0;
  let bytesLeft = limits.totalBytes;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    signal.throwIfAborted();
    const directory = at;
    const children = await childrenOf(root, directory, problems);
    entries += children.length;
    if (entries > limits.entries) {
      const limit = limits.entries.toLocaleString('en-US');
      const why = `the repository has more than ${limit} files; the rest was not read`;
      problems.push(new UnreadableFile(directory || '.', why));
      break;
    }
    const isCrate = children.some(({ name }) => name === 'Cargo.toml');
    const folders: string[] = [];
    for (const child of children) {
      const path = `${directory}${child.name}`;
      if (child.isDirectory()) {
        if (!isForeign(child.name, isCrate)) folders.push(`${path}/`);
        continue;
      }
      const ecosystem = wantedFile(path);
      if (ecosystem === null || !wanted.has(ecosystem)) continue;
      signal.throwIfAborted();
      try {
        const { text, sizeBytes } = await readText(root, path, limits, bytesLeft);
        files.set(path, text);
        bytesLeft -= sizeBytes;
      } catch (error) {
        problems.push(unreadable(path, error));
      }
    }
    waiting.push(...folders.toReversed());
  }
  return { files, problems };
}

/**
 * Reads one file by its path below a directory, where no part of that is a symbolic link.
 * Null where there is no such file; throws `UnreadableFile`.
 */
export async function readRepositoryFile(
  root: string,
  path: string,
  fileBytes: number = defaultLimits.fileBytes,
): Promise<string | null> {
  if (isAbsolute(path) || path.split(/[/\\]/).includes('..')) {
    throw new UnreadableFile(path, 'it leaves the directory that is looked at');
  }
  try {
    const folder = dirname(normalize(path));
    if ((await realpath(join(root, folder))) !== join(await realpath(root), folder)) {
      throw new UnreadableFile(
        path,
        'it lies behind a symbolic link, and these are not followed',
      );
    }
    const limits = { ...defaultLimits, fileBytes };
    return (await readText(root, path, limits, fileBytes)).text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(path, error);
  }
}

function isForeign(name: string, isCrate: boolean): boolean {
  return name === '.git' || name === 'node_modules' || (name === 'target' && isCrate);
}

async function childrenOf(
  root: string,
  directory: string,
  problems: UnreadableFile[],
): Promise<Dirent[]> {
  try {
    const children = await readdir(join(root, directory), { withFileTypes: true });
    return children.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (directory === '') throw error;
    problems.push(unreadable(directory, error));
    return [];
  }
}

async function readText(
  root: string,
  path: string,
  { fileBytes, totalBytes }: FileLimits,
  bytesLeft: number,
): Promise<{ text: string; sizeBytes: number }> {
  // Neither a link to elsewhere nor a pipe that nobody writes to.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  await using file = await open(join(root, path), flags);
  const { size } = await statOf(file, path);
  if (size > fileBytes) {
    throw new UnreadableFile(path, `it is larger than ${inMegabytes(fileBytes)}`);
  }
  if (size > bytesLeft) {
    const limit = inMegabytes(totalBytes);
    throw new UnreadableFile(path, `the files before it have ${limit} together already`);
  }
  const bytes = Buffer.alloc(size);
  let read = 0;
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, size - read, read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return { text: decode(bytes.subarray(0, read), path), sizeBytes: read };
}

async function statOf(file: FileHandle, path: string): Promise<{ size: number }> {
  const stat = await file.stat();
  if (!stat.isFile()) throw new UnreadableFile(path, 'it is no regular file');
  return stat;
}

function decode(bytes: Uint8Array, path: string): string {
  if (bytes.includes(0))
    throw new UnreadableFile(path, 'it has NUL bytes: it is no text');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UnreadableFile(path, 'it is not in UTF-8', { cause: error });
  }
}

function unreadable(path: string, error: unknown): UnreadableFile {
  if (error instanceof UnreadableFile) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const why =
    code === 'ELOOP' ? 'it is a symbolic link, and these are not followed' : message;
  return new UnreadableFile(path, why, { cause: error });
}

function inMegabytes(sizeBytes: number): string {
  return `${Math.round(sizeBytes / megabyte)} MB`;
}
