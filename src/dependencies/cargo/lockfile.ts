import type { DependencyEdge, LockedPackage, LockGraph, Origin } from '../model.ts';
import { UnreadableFile } from '../model.ts';
import { isTable, parseToml, type Table, textAt, textsAt } from './toml.ts';

/** Above that the format is one that this reader has never seen. */
const newestVersion = 4;

/** A lockfile of a million crates is nobody's. */
const mostPackages = 100_000;

interface Entry {
  readonly name: string;
  readonly version: string;
  readonly source: string | null;
  readonly checksum: string | null;
  readonly dependencies: readonly string[];
}

/**
 * Reads a Cargo.lock of version 1 to 4. The roots are the packages without a source: members
 * of the workspace and what they reach by a path. Throws `UnreadableFile`.
 *
 * Source: cargo's `core/resolver/encode.rs`.
 */
export function parseCargoLock(text: string, path: string): LockGraph {
  const document = parseToml(text, path);
  refuseNewer(document, path);
  const entries = entriesOf(document, path);
  const byName = new Map<string, Entry[]>();
  for (const entry of entries) {
    const same = byName.get(entry.name);
    if (same) same.push(entry);
    else byName.set(entry.name, [entry]);
  }
  const packages = new Map<string, LockedPackage>();
  for (const entry of entries) {
    const id = idOf(entry);
    if (packages.has(id)) throw new UnreadableFile(path, `${id} is in it twice`);
    const edges = entry.dependencies.map((reference): DependencyEdge => {
      const to = idOf(find(reference, byName, path));
      return { to, requirement: null, scope: null, optional: false };
    });
    const { name, version, checksum } = entry;
    const origin = originOf(entry);
    packages.set(id, { id, name, version, origin, integrity: checksum, edges });
  }
  const own = entries.filter(({ source }) => source === null);
  return { ecosystem: 'cargo', lockfile: path, packages, roots: own.map(idOf) };
}

function refuseNewer(document: Table, path: string): void {
  const { version } = document;
  if (version === undefined) return;
  const isKnown =
    (typeof version === 'number' || typeof version === 'bigint') &&
    version >= 1 &&
    version <= newestVersion;
  if (isKnown) return;
  const message = `its version is ${String(version).slice(0, 20)}; up to ${newestVersion} is known`;
  throw new UnreadableFile(path, message);
}

/** Version 1 has the package of the workspace apart, and the checksums at the end. */
function entriesOf(document: Table, path: string): Entry[] {
  const { root, package: list = [], metadata } = document;
  if (!Array.isArray(list)) throw new UnreadableFile(path, '`package` is no list');
  if (list.length > mostPackages) {
    throw new UnreadableFile(path, `it has ${list.length} packages`);
  }
  const checksums = isTable(metadata) ? metadata : {};
  return [...(root === undefined ? [] : [root]), ...list].map((one) => {
    if (!isTable(one)) throw new UnreadableFile(path, 'one of its packages is no table');
    const name = textAt(one, 'name');
    const version = textAt(one, 'version');
    if (!name || !version) {
      throw new UnreadableFile(path, 'one of its packages has no name or no version');
    }
    const source = textAt(one, 'source');
    const key = `checksum ${name} ${version} (${source})`;
    const checksum = textAt(one, 'checksum') ?? textAt(checksums, key);
    const dependencies = textsAt(one, 'dependencies');
    const isReal = checksum !== null && checksum !== '<none>';
    return { name, version, source, checksum: isReal ? checksum : null, dependencies };
  });
}

/** `name`, `name version`, or `name version (source)`: as much as it takes to tell. */
function find(
  reference: string,
  byName: ReadonlyMap<string, readonly Entry[]>,
  path: string,
): Entry {
  const [, name = '', version, source] =
    /^(\S+)(?: (\S+))?(?: \((\S+)\))?$/.exec(reference) ?? [];
  const fitting = (byName.get(name) ?? []).filter(
    (entry) =>
      (version === undefined || entry.version === version) &&
      (source === undefined || sameSource(entry.source, source)),
  );
  // In version 1 and 2, one that is named without a source may have none.
  const [found, ...more] =
    fitting.length > 1 && source === undefined
      ? fitting.filter((entry) => entry.source === null)
      : fitting;
  if (found && more.length === 0) return found;
  const shown = reference.slice(0, 100);
  const what = fitting.length === 0 ? 'is not in it' : 'stands for several packages';
  throw new UnreadableFile(path, `something depends on ${shown}, which ${what}`);
}

/** References have no commit behind a `#`, or have one: both mean the same package. */
function sameSource(source: string | null, given: string): boolean {
  return source === given || source?.split('#')[0] === given.split('#')[0];
}

function idOf({ name, version, source }: Entry): string {
  return source === null ? `${name} ${version}` : `${name} ${version} ${source}`;
}

function originOf({ source }: Entry): Origin {
  if (source === null) return { kind: 'path', path: null };
  if (source.startsWith('git+')) return { kind: 'git', url: source.slice(4) };
  return { kind: 'registry', url: source };
}
