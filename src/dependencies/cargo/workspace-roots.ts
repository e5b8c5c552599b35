import { posix } from 'node:path';
import type { RepositoryFiles } from '../model.ts';
import { type Inheritance, inheritanceOf } from './inheritance.ts';
import { parseToml, type Table, tableAt, textAt, textsAt } from './toml.ts';

type FolderList = 'members' | 'default-members' | 'exclude';

/** Says of each Cargo.toml which workspace it is of; each file is parsed once. */
export class WorkspaceRoots {
  readonly #files: RepositoryFiles;
  readonly #documents = new Map<string, Table>();
  readonly #folders = new Map<string, ReadonlySet<string>>();

  constructor(files: RepositoryFiles) {
    this.#files = files;
  }

  /** Null where there is no such file. Throws `UnreadableFile`. */
  document(path: string): Table | null {
    const known = this.#documents.get(path);
    if (known) return known;
    const text = this.#files.get(path);
    if (text === undefined) return null;
    const document = parseToml(text, path);
    this.#documents.set(path, document);
    return document;
  }

  /** What a manifest can leave to its workspace. Throws `UnreadableFile`. */
  inheritance(path: string): Inheritance | null {
    const root = this.rootOf(path);
    const document = root === null ? null : this.document(root);
    return root !== null && document ? inheritanceOf(document, root) : null;
  }

  /**
   * The manifest with the `[workspace]` that one is of: its own, the one that it names, or
   * else the nearest above that does not exclude it. Null for none. Throws `UnreadableFile`.
   */
  rootOf(path: string): string | null {
    const own = this.document(path);
    if (own && 'workspace' in own) return path;
    const folder = posix.dirname(path);
    const named = own && textAt(tableAt(own, 'package'), 'workspace');
    if (named) return posix.join(folder, named, 'Cargo.toml');
    for (let at = folder; posix.dirname(at) !== at; ) {
      at = posix.dirname(at);
      const above = posix.join(at, 'Cargo.toml');
      const document = this.document(above);
      if (document && 'workspace' in document && !this.excludes(above, folder)) {
        return above;
      }
    }
    return null;
  }

  /** Whether a root excludes a folder: one that lies in a listed member it does not. */
  excludes(root: string, folder: string): boolean {
    const isIn = (key: FolderList) => isBelow(folder, this.folders(root, key));
    return isIn('exclude') && !isIn('members');
  }

  /** The folders that a root lists, from the root of the repository; patterns among them. */
  folders(root: string, key: FolderList): ReadonlySet<string> {
    const cacheKey = `${key} ${root}`;
    const known = this.#folders.get(cacheKey);
    if (known) return known;
    const workspace = tableAt(this.document(root) ?? {}, 'workspace');
    const at = posix.dirname(root);
    const folders = new Set(textsAt(workspace, key).map((one) => joined(at, one)));
    this.#folders.set(cacheKey, folders);
    return folders;
  }
}

/** Without a slash at its end, which `posix.join` would leave. */
function joined(folder: string, path: string): string {
  return posix.join(folder, path).replace(/(.)\/$/, '$1');
}

function isBelow(folder: string, folders: ReadonlySet<string>): boolean {
  for (let at = folder; ; at = posix.dirname(at)) {
    if (folders.has(at)) return true;
    if (posix.dirname(at) === at) return false;
  }
}
