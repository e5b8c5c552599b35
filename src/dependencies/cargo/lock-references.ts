import { UnreadableFile } from '../model.ts';
import type { LockEntry } from './lock-entry.ts';
import { quoted } from './quoted.ts';

/** Finds the package that a line of `dependencies` means. */
export class LockReferences {
  /** The one version of each name; null where there are several. */
  readonly #onlyVersions = new Map<string, string | null>();
  /** By name and version; null where several sources have it. */
  readonly #byVersion = new Map<string, LockEntry | null>();
  /** By name, version and source. */
  readonly #exact = new Map<string, LockEntry>();
  readonly #path: string;

  /** Throws `UnreadableFile` where a package is in it twice. */
  constructor(entries: readonly LockEntry[], path: string) {
    this.#path = path;
    for (const entry of entries) this.#add(entry);
  }

  /**
   * The package that is meant: a reference names as much as it takes to tell. Throws
   * `UnreadableFile` where it stands for none, or for several.
   *
   * Source: cargo's `core/resolver/encode.rs`.
   */
  find(reference: string): LockEntry {
    const [name = '', given, inBrackets = ''] = reference.split(' ', 4);
    const version = given ?? this.#onlyVersions.get(name);
    const source = inBrackets === '' ? undefined : inBrackets.slice(1, -1);
    const key = `${name} ${version}`;
    const found =
      source === undefined
        ? this.#byVersion.get(key)
        : this.#exact.get(`${key} ${withoutCommit(source)}`);
    if (found) return found;
    const isAmbiguous = found === null || version === null;
    const what = isAmbiguous ? 'stands for several of its packages' : 'is not in it';
    throw new UnreadableFile(
      this.#path,
      `a package depends on ${quoted(reference)}, which ${what}`,
    );
  }

  #add(entry: LockEntry): void {
    const { name, version, source } = entry;
    const key = `${name} ${version}`;
    const exactKey = source === null ? key : `${key} ${withoutCommit(source)}`;
    if (this.#exact.has(exactKey)) {
      throw new UnreadableFile(this.#path, `${quoted(exactKey)} is in it twice`);
    }
    this.#exact.set(exactKey, entry);
    const only = this.#onlyVersions.get(name) ?? version;
    const isOnly = only === version && this.#onlyVersions.get(name) !== null;
    this.#onlyVersions.set(name, isOnly ? version : null);
    // One that lies in a folder is meant where the reference names no source.
    const before = this.#byVersion.get(key);
    if (before === undefined || source === null) this.#byVersion.set(key, entry);
    else if (before?.source !== null) this.#byVersion.set(key, null);
  }
}

/** The commit of a git source is behind a `#`, and may be left out of references. */
function withoutCommit(source: string): string {
  const hash = source.indexOf('#');
  return hash < 0 ? source : source.slice(0, hash);
}
