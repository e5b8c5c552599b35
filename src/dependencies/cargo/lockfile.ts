import type { DependencyEdge, LockedPackage, LockGraph, Origin } from '../model.ts';
import { UnreadableFile } from '../model.ts';
import { type LockEntry, lockEntries } from './lock-entry.ts';
import { LockReferences } from './lock-references.ts';

import { parseToml, type Table, valueAt } from './toml.ts';

/** A newer one may mean something else by the same words. */
const newestFormat = 4;

/**
 * Reads a Cargo.lock of version 1 to 4. Ids are `name version source`. The roots are the
 * packages without a source: the members of the workspace and what they reach by a path.
 * Throws `UnreadableFile`.
 */
export function parseCargoLock(text: string, path: string): LockGraph {
  const document = parseToml(text, path);
  refuseNewer(document, path);
  const entries = lockEntries(document, path);
  const references = new LockReferences(entries, path);
  const packages = new Map<string, LockedPackage>();
  for (const entry of entries) {
    const { name, version, checksum, dependencies } = entry;
    const id = idOf(entry);
    const edges = dependencies.map((reference): DependencyEdge => {
      const to = idOf(references.find(reference));
      return { to, requirement: null, scope: null, optional: false };
    });
    const origin = originOf(entry);
    packages.set(id, { id, name, version, origin, integrity: checksum, edges });
  }
  const roots = entries.filter(({ source }) => source === null).map(idOf);
  return { ecosystem: 'cargo', lockfile: path, packages, roots };
}

/** Versions 1 and 2 do not say so. */
function refuseNewer(document: Table, path: string): void {
  const format = valueAt(document, 'version') ?? 1;
  if (typeof format === 'number' && format >= 1 && format <= newestFormat) return;
  const shown = typeof format === 'number' ? String(format) : 'no number';
  const message = `its version is ${shown}; 1 to ${newestFormat} are known`;
  throw new UnreadableFile(path, message);
}

function idOf({ name, version, source }: LockEntry): string {
  return source === null ? `${name} ${version}` : `${name} ${version} ${source}`;
}

function originOf({ source }: LockEntry): Origin {
  if (source === null) return { kind: 'path', path: null };
  if (source.startsWith('git+')) return { kind: 'git', url: source.slice(4) };
  return { kind: 'registry', url: source };
}
