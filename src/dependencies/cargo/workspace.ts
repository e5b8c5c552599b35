import { posix } from 'node:path';
import { type RepositoryFiles, UnreadableFile } from '../model.ts';
import {
  type CargoManifest,
  type Inheritance,
  inheritanceOf,
  parseCargoManifest,
} from './manifest.ts';
import { parseToml, tableAt, textAt, textsAt } from './toml.ts';

/** The manifests that a lockfile belongs to. */
export interface Workspace {
  /** Of the members, and of folders that stand in for crates (`[patch]`). */
  readonly members: readonly CargoManifest[];
  /** The channel of `rust-toolchain.toml`: `1.93`, `stable`. */
  readonly toolchain: string | null;
  readonly problems: readonly UnreadableFile[];
}

/**
 * Finds the manifests of the workspace whose root lies beside a lockfile: the members that
 * it lists, what these reach by a path, and itself.
 *
 * Source: https://doc.rust-lang.org/cargo/reference/workspaces.html
 */
export function workspaceOf(lockfile: string, files: RepositoryFiles): Workspace {
  const folder = posix.dirname(lockfile);
  const rootPath = posix.join(folder, 'Cargo.toml');
  const problems: UnreadableFile[] = [];
  const reading = <Value>(read: () => Value): Value | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      problems.push(error);
      return null;
    }
  };
  const toolchain = reading(() => toolchainOf(folder, files));
  const rootText = files.get(rootPath);
  if (rootText === undefined) {
    problems.push(new UnreadableFile(lockfile, 'there is no Cargo.toml beside it'));
    return { members: [], toolchain, problems };
  }
  const inheritance = reading(() => inheritanceOf(rootText, rootPath));
  const listed = reading(() => membersOf(rootText, rootPath, folder, files)) ?? [];
  const members = new Map<string, CargoManifest>();
  const patched = reading(() => patchesIn(rootText, rootPath)) ?? [];
  const queue = [rootPath, ...listed].map((path) => ({ path, isMember: true }));
  queue.push(...patched.map((path) => ({ path, isMember: false })));
  for (const { path, isMember } of queue) {
    const text = files.get(path);
    if (text === undefined || members.has(path)) continue;
    const manifest = reading(() => parseCargoManifest(text, path, inheritance, isMember));
    if (!manifest) continue;
    members.set(path, manifest);
    queue.push(
      ...pathsFrom(text, path, inheritance).map((one) => ({ path: one, isMember })),
    );
  }
  return {
    members: [...members.values()].filter(({ name }) => name !== null),
    toolchain,
    problems,
  };
}

function membersOf(
  text: string,
  path: string,
  folder: string,
  files: RepositoryFiles,
): string[] {
  const workspace = tableAt(parseToml(text, path), 'workspace');
  const patterns = textsAt(workspace, 'members');
  const excluded = textsAt(workspace, 'exclude').map((one) => posix.join(folder, one));
  const isExcluded = (path: string) =>
    excluded.some((one) => path === one || path.startsWith(`${one}/`));
  const folders = [...files.keys()]
    .filter((one) => posix.basename(one) === 'Cargo.toml')
    .map((one) => posix.dirname(one));
  return patterns.flatMap((pattern) => {
    const wanted = posix.join(folder, pattern);
    return folders
      .filter((one) => posix.matchesGlob(one, wanted) && !isExcluded(one))
      .map((one) => posix.join(one, 'Cargo.toml'));
  });
}

/** What a manifest reaches by a path is part of the same lockfile, listed or not. */
function pathsFrom(
  text: string,
  path: string,
  inheritance: Inheritance | null,
): string[] {
  const document = parseToml(text, path);
  const from = posix.dirname(path);
  const tables = [document, ...Object.values(tableAt(document, 'target'))];
  const own = tables.flatMap((table) =>
    ['dependencies', 'build-dependencies', 'dev-dependencies'].flatMap((kind) =>
      pathsIn(tableAt(table as typeof document, kind), from),
    ),
  );
  const shared = inheritance
    ? pathsIn(inheritance.dependencies, posix.dirname(inheritance.path))
    : [];
  return [...own, ...shared];
}

/** The folders that stand in for crates of a registry. */
function patchesIn(text: string, path: string): string[] {
  const document = parseToml(text, path);
  const from = posix.dirname(path);
  const patch = tableAt(document, 'patch');
  const tables = Object.keys(patch).map((registry) => tableAt(patch, registry));
  return [...tables, tableAt(document, 'replace')].flatMap((one) => pathsIn(one, from));
}

function pathsIn(dependencies: ReturnType<typeof tableAt>, from: string): string[] {
  return Object.keys(dependencies).flatMap((name) => {
    const path = textAt(tableAt(dependencies, name), 'path');
    return path === null ? [] : [posix.join(from, path, 'Cargo.toml')];
  });
}

/** In both forms: TOML, and the old file that holds the name of the channel alone. */
function toolchainOf(folder: string, files: RepositoryFiles): string | null {
  for (let at = folder; ; at = posix.dirname(at)) {
    const toml = posix.join(at, 'rust-toolchain.toml');
    const old = posix.join(at, 'rust-toolchain');
    const text = files.get(old) ?? files.get(toml);
    if (text !== undefined) {
      if (!text.includes('=')) return text.trim().split(/\s/)[0] || null;
      return textAt(tableAt(parseToml(text, toml), 'toolchain'), 'channel');
    }
    if (at === '.' || at === '/') return null;
  }
}
