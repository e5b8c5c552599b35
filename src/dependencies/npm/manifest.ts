import type { RepositoryFiles } from '../model.ts';
import { type DeclaredDependency, declaredDependencies } from './declared.ts';
import { nodeEngines } from './engines.ts';
import { isJsonObject, parseJsonObject, textAt } from './json.ts';

/** What the audit needs of a package.json. */
export interface NpmManifest {
  readonly path: string;
  readonly name: string | null;
  readonly version: string | null;
  /** The range of Node.js versions that it says it runs on. */
  readonly engines: string | null;
  /** The globs of its workspaces' folders. */
  readonly workspaces: readonly string[];
  readonly directDependencies: readonly DeclaredDependency[];
}

/** Reads a package.json. Throws `UnreadableFile`. */
export function parseNpmManifest(text: string, path: string): NpmManifest {
  const manifest = parseJsonObject(text, path);
  return {
    path,
    name: textAt(manifest, 'name', path),
    version: textAt(manifest, 'version', path),
    engines: nodeEngines(manifest['engines'], path),
    workspaces: workspacesOf(manifest['workspaces']),
    directDependencies: declaredDependencies(manifest, path, { withDev: true }),
  };
}

/**
 * Reads the package.json beside a lockfile; null where there is none. Throws
 * `UnreadableFile`.
 */
export function npmManifestOf(
  lockfile: string,
  files: RepositoryFiles,
): NpmManifest | null {
  const path = `${lockfile.slice(0, lockfile.lastIndexOf('/') + 1)}package.json`;
  const text = files.get(path);
  return text === undefined ? null : parseNpmManifest(text, path);
}

/** A list, or, as yarn has it, an object with a list of `packages`. */
function workspacesOf(value: unknown): string[] {
  const list = isJsonObject(value) ? value['packages'] : value;
  return Array.isArray(list) ? list.filter((glob) => typeof glob === 'string') : [];
}
