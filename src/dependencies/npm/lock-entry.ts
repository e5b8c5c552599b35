import { type LockedPackage, UnreadableFile } from '../model.ts';
import type { DeclaredDependency } from './declared.ts';
import { bounded, quoted } from './json.ts';

/** A package as a lockfile lists it, before it is known what its dependencies got. */
export interface LockEntry extends Omit<LockedPackage, 'id' | 'edges'> {
  /** The folder that it lies in, relative to the project's; empty for the project. */
  readonly location: string;
  readonly declared: readonly Omit<DeclaredDependency, 'table'>[];
}

/** What a lockfile of any version lists. */
export interface LockContents {
  readonly entries: readonly LockEntry[];
  /** Folders that are links, by location, and the locations that they lead to. */
  readonly links: ReadonlyMap<string, string>;
}

/** Far above what npm nests: a package in a package is two folders deeper. */
const deepest = 256;

/** The part of a location that `node_modules/` begins for the last time; null: it never does. */
export function importName(location: string): string | null {
  const marker = '/node_modules/';
  const at = `/${location}`.lastIndexOf(marker);
  return at < 0 ? null : location.slice(at + marker.length - 1);
}

/** Gives a location back that npm may have written. Throws `UnreadableFile` otherwise. */
export function checkedLocation(location: string, path: string): string {
  if (location.split('/', deepest + 1).length > deepest) {
    throw new UnreadableFile(
      path,
      `its packages are nested more than ${deepest} folders deep, at ${quoted(location)}`,
    );
  }
  if (importName(location) === '') {
    throw new UnreadableFile(path, `a package has no name, at ${quoted(location)}`);
  }
  return bounded(location, path);
}
