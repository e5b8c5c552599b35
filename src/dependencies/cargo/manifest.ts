import type { Inheritance } from './inheritance.ts';
import { dependenciesOf, type ManifestDependency } from './manifest-dependency.ts';
import { flagAt, parseToml, type Table, tableAt, textAt, textsAt } from './toml.ts';

export type { ManifestDependency } from './manifest-dependency.ts';

/** What a Cargo.toml says of one package. */
export interface CargoManifest {
  readonly path: string;
  /** Null for the root of a workspace that is no package itself. */
  readonly name: string | null;
  readonly version: string | null;
  /** The oldest Rust that it says it builds with: `1.85`. */
  readonly rustVersion: string | null;
  readonly isProcMacro: boolean;
  /** Whether the workspace builds it by itself, and not only as what another one asks for. */
  readonly isMember: boolean;
  readonly features: ReadonlyMap<string, readonly string[]>;
  readonly dependencies: readonly ManifestDependency[];
}

/**
 * Reads a Cargo.toml of a member of a workspace, which may leave fields to that. Throws
 * `UnreadableFile`, also where the workspace does not have what is left to it.
 */
export function parseCargoManifest(
  text: string,
  path: string,
  workspace: Inheritance | null = null,
): CargoManifest {
  return manifestOf(parseToml(text, path), path, workspace, true);
}

/** As `parseCargoManifest`, of a document that has been parsed. */
export function manifestOf(
  document: Table,
  path: string,
  workspace: Inheritance | null,
  isMember: boolean,
): CargoManifest {
  // `project` is the name that the table had once.
  const own = tableAt(document, 'package' in document ? 'package' : 'project');
  const field = (key: string) => {
    const isInherited = flagAt(tableAt(own, key), 'workspace') === true;
    return isInherited ? textAt(workspace?.package ?? {}, key) : textAt(own, key);
  };
  const features = tableAt(document, 'features');
  return {
    path,
    name: textAt(own, 'name'),
    version: field('version'),
    rustVersion: field('rust-version'),
    isMember,
    isProcMacro: isProcMacro(tableAt(document, 'lib')),
    features: new Map(
      Object.keys(features).map((name) => [name, textsAt(features, name)]),
    ),
    dependencies: dependenciesOf(document, path, workspace),
  };
}

function isProcMacro(library: Table): boolean {
  const said = flagAt(library, 'proc-macro') ?? flagAt(library, 'proc_macro');
  const types = [...textsAt(library, 'crate-type'), ...textsAt(library, 'crate_type')];
  return said ?? types.includes('proc-macro');
}
