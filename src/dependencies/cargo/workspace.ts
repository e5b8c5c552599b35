import { posix } from 'node:path';
import { type RepositoryFiles, UnreadableFile } from '../model.ts';
import { matchesGlob } from './glob.ts';
import { type CargoManifest, manifestOf } from './manifest.ts';
import { type Table, tableAt, textAt } from './toml.ts';
import { toolchainOf } from './toolchain.ts';
import { WorkspaceRoots } from './workspace-roots.ts';

/** The manifests that a lockfile belongs to. */
export interface Workspace {
  /** Of the members, and of all folders that these ask for by a path or a `[patch]`. */
  readonly members: readonly CargoManifest[];
  /** The channel of `rust-toolchain.toml`: `1.93`, `stable`. */
  readonly toolchain: string | null;
  readonly problems: readonly UnreadableFile[];
}

/** Each is held against every folder; workspaces that have more members name them. */
const mostPatterns = 200;

/**
 * Finds the manifests of the workspace whose root lies beside a lockfile: that root, the
 * members that it lists, and what these reach by a path.
 *
 * Source: https://doc.rust-lang.org/cargo/reference/workspaces.html
 */
export function workspaceOf(lockfile: string, files: RepositoryFiles): Workspace {
  const folder = posix.dirname(lockfile);
  const problems = new Map<string, UnreadableFile>();
  const reading = <Value>(read: () => Value): Value | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      problems.set(error.message, error);
      return null;
    }
  };
  const toolchain = reading(() => toolchainOf(folder, files));
  const manifests = manifestsOf(lockfile, files, reading);
  return { members: manifests, toolchain, problems: [...problems.values()] };
}

type Reading = <Value>(read: () => Value) => Value | null;

function manifestsOf(
  lockfile: string,
  files: RepositoryFiles,
  reading: Reading,
): CargoManifest[] {
  const roots = new WorkspaceRoots(files);
  const root = posix.join(posix.dirname(lockfile), 'Cargo.toml');
  const document = reading(() => {
    const found = roots.document(root);
    if (found) return found;
    throw new UnreadableFile(lockfile, 'there is no Cargo.toml beside it');
  });
  if (!document) return [];
  const listed = reading(() => listedMembers(root, roots, files)) ?? [];
  const others = patchedManifests(document, posix.dirname(root));
  const found = new Map<string, CargoManifest | null>();
  const read = (path: string, isMember: boolean): string[] => {
    if (found.has(path)) return [];
    const manifest = reading(() => readManifest(path, isMember, roots));
    found.set(path, manifest);
    const asked = manifest?.dependencies.flatMap(({ folder }) => folder ?? []) ?? [];
    return [...new Set(asked)].map((folder) => posix.join(folder, 'Cargo.toml'));
  };
  const members = [root, ...listed];
  for (const path of members) {
    for (const asked of read(path, true)) {
      // A folder that a member asks for is one itself, if it is of the same workspace.
      const isMember = reading(() => roots.rootOf(asked)) === root;
      (isMember ? members : others).push(asked);
    }
  }
  for (const path of others) others.push(...read(path, false));
  return [...found.values()].flatMap((one) => (one?.name ? [one] : []));
}

function readManifest(
  path: string,
  isMember: boolean,
  roots: WorkspaceRoots,
): CargoManifest | null {
  const document = roots.document(path);
  return document && manifestOf(document, path, roots.inheritance(path), isMember);
}

function listedMembers(
  root: string,
  roots: WorkspaceRoots,
  files: RepositoryFiles,
): string[] {
  const listed = new Set([
    ...roots.folders(root, 'members'),
    ...roots.folders(root, 'default-members'),
  ]);
  const patterns = [...listed].filter((one) => /[*?[]/.test(one) && one.length < 500);
  if (patterns.length > mostPatterns) {
    const message = `its workspace lists ${patterns.length} patterns of members`;
    throw new UnreadableFile(root, message);
  }
  const manifests = [...files.keys()].filter((one) => /(?:^|\/)Cargo\.toml$/.test(one));
  return manifests.filter((path) => {
    const folder = posix.dirname(path);
    if (listed.has(folder)) return true;
    const isMeant = patterns.some((pattern) => matchesGlob(folder, pattern));
    return isMeant && !roots.excludes(root, folder);
  });
}

/** Of the folders that stand in for crates of a registry. */
function patchedManifests(root: Table, folder: string): string[] {
  const patch = tableAt(root, 'patch');
  const tables = Object.keys(patch).map((registry) => tableAt(patch, registry));
  return [...tables, tableAt(root, 'replace')].flatMap((table) =>
    Object.keys(table).flatMap((name) => {
      const path = textAt(tableAt(table, name), 'path');
      return path === null ? [] : [posix.join(folder, path, 'Cargo.toml')];
    }),
  );
}
