import { UnreadableFile } from '../model.ts';
import { quoted } from './quoted.ts';
import { isTable, type Table, textAt, textsAt } from './toml.ts';

/** A package as it stands in a Cargo.lock. */
export interface LockEntry {
  readonly name: string;
  readonly version: string;
  /** Null for what lies in a folder. */
  readonly source: string | null;
  readonly checksum: string | null;
  /** `name`, `name version`, or `name version (source)`. */
  readonly dependencies: readonly string[];
}

/** The largest lockfiles that are known have some 2,000. */
const mostPackages = 100_000;

/** Cargo takes letters of all alphabets, the registry those of ASCII. */
const namePattern = /^[\p{L}\p{N}_-]{1,256}$/u;
const versionPattern = /^\d{1,20}\.\d{1,20}\.\d{1,20}(?:[-+][0-9A-Za-z.+-]{0,256})?$/;
/** No spaces, for they part the fields of an id, and nothing that cannot be seen. */
const plainPattern = /^[^\s\p{C}]{1,2048}$/u;

/**
 * The packages of a Cargo.lock. Version 1 has that of the workspace apart, and the checksums
 * at the end. Throws `UnreadableFile`.
 */
export function lockEntries(document: Table, path: string): LockEntry[] {
  const { root, package: list = [], metadata } = document;
  if (!Array.isArray(list)) throw new UnreadableFile(path, '`package` is no list');
  if (list.length > mostPackages) {
    throw new UnreadableFile(path, `it has ${list.length} packages`);
  }
  const checksums = isTable(metadata) ? metadata : {};
  const all: unknown[] = root === undefined ? list : [root, ...list];
  return all.map((one) => {
    if (!isTable(one)) throw new UnreadableFile(path, 'one of its packages is no table');
    return lockEntry(one, checksums, path);
  });
}

function lockEntry(table: Table, checksums: Table, path: string): LockEntry {
  const name = fieldOf(table, 'name', namePattern, path);
  const version = fieldOf(table, 'version', versionPattern, path);
  if (name === null || version === null) {
    throw new UnreadableFile(path, 'one of its packages has no name or no version');
  }
  const source = fieldOf(table, 'source', plainPattern, path);
  const checksum =
    fieldOf(table, 'checksum', plainPattern, path) ??
    fieldOf(checksums, `checksum ${name} ${version} (${source})`, plainPattern, path);
  // `[replace]`: another package stands in for this one.
  const replacement = textAt(table, 'replace');
  const dependencies = textsAt(table, 'dependencies');
  return {
    name,
    version,
    source,
    checksum: checksum === '<none>' ? null : checksum,
    dependencies: replacement === null ? dependencies : [...dependencies, replacement],
  };
}

function fieldOf(
  table: Table,
  key: string,
  pattern: RegExp,
  path: string,
): string | null {
  const text = textAt(table, key);
  if (text === null || pattern.test(text)) return text;
  const [field] = key.split(' ');
  throw new UnreadableFile(path, `${quoted(text)} is no ${field} of a package`);
}
