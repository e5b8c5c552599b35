import type { PublishedDependency, Scope } from '../model.ts';
import {
  flagAt,
  isTable,
  parseToml,
  type Table,
  tableAt,
  textAt,
  textsAt,
} from './toml.ts';

/** A dependency as a Cargo.toml has it. */
export interface ManifestDependency extends PublishedDependency {
  readonly origin: 'registry' | 'git' | 'path';
  /** Where it stands: `dependencies`, `workspace.dependencies`, `target.'cfg(unix)'.…`. */
  readonly table: string;
  /** The manifest that has to be edited to ask for more. */
  readonly manifest: string;
}

/** What a Cargo.toml says of one package. */
export interface CargoManifest {
  readonly path: string;
  readonly name: string | null;
  readonly version: string | null;
  readonly rustVersion: string | null;
  readonly isProcMacro: boolean;
  /** Whether the workspace builds it by itself, and not only as what another one asks for. */
  readonly isMember: boolean;
  readonly features: ReadonlyMap<string, readonly string[]>;
  readonly dependencies: readonly ManifestDependency[];
}

/** What members of a workspace can take from its root. */
export interface Inheritance {
  readonly path: string;
  readonly package: Table;
  readonly dependencies: Table;
}

const kinds: readonly (readonly [string, Scope])[] = [
  ['dependencies', 'runtime'],
  ['build-dependencies', 'build'],
  ['build_dependencies', 'build'],
  ['dev-dependencies', 'dev'],
  ['dev_dependencies', 'dev'],
];

/**
 * Reads a Cargo.toml. What it takes from its workspace is filled in where that is known.
 * Throws `UnreadableFile`.
 */
export function parseCargoManifest(
  text: string,
  path: string,
  workspace: Inheritance | null = null,
  isMember = true,
): CargoManifest {
  const document = parseToml(text, path);
  const own = tableAt(document, 'package');
  const inherited = (key: string) => {
    const isInherited = flagAt(tableAt(own, key), 'workspace') === true;
    return isInherited ? textAt(workspace?.package ?? {}, key) : textAt(own, key);
  };
  const library = tableAt(document, 'lib');
  return {
    path,
    name: textAt(own, 'name'),
    version: inherited('version'),
    rustVersion: inherited('rust-version'),
    isMember,
    isProcMacro:
      (flagAt(library, 'proc-macro') ?? flagAt(library, 'proc_macro')) === true,
    features: new Map(
      Object.keys(tableAt(document, 'features')).map((name) => [
        name,
        textsAt(tableAt(document, 'features'), name),
      ]),
    ),
    dependencies: [
      ...dependenciesIn(document, '', null, path, workspace),
      ...Object.entries(tableAt(document, 'target')).flatMap(([target, table]) =>
        isTable(table)
          ? dependenciesIn(table, `target.'${target}'.`, target, path, workspace)
          : [],
      ),
    ],
  };
}

/** The parts of a workspace's root that its members can take over. */
export function inheritanceOf(text: string, path: string): Inheritance | null {
  const document = parseToml(text, path);
  if (!isTable(document['workspace'])) return null;
  const workspace = tableAt(document, 'workspace');
  return {
    path,
    package: tableAt(workspace, 'package'),
    dependencies: tableAt(workspace, 'dependencies'),
  };
}

function dependenciesIn(
  table: Table,
  prefix: string,
  target: string | null,
  path: string,
  workspace: Inheritance | null,
): ManifestDependency[] {
  return kinds.flatMap(([kind, scope]) =>
    Object.entries(tableAt(table, kind)).map(([alias, given]) =>
      dependency(alias, given, {
        ...{ scope, target, path, workspace },
        table: `${prefix}${kind.replace('_', '-')}`,
      }),
    ),
  );
}

interface Place {
  readonly scope: Scope;
  readonly target: string | null;
  readonly path: string;
  readonly workspace: Inheritance | null;
  readonly table: string;
}

/** A version alone, or a table; a member adds its features to those of the workspace. */
function dependency(alias: string, given: unknown, place: Place): ManifestDependency {
  const own = asTable(given);
  const isInherited = flagAt(own, 'workspace') === true;
  const shared = isInherited
    ? asTable(
        Object.entries(place.workspace?.dependencies ?? {}).find(
          ([name]) => name === alias,
        )?.[1],
      )
    : {};
  const from = isInherited ? shared : own;
  const defaults = (table: Table) =>
    flagAt(table, 'default-features') ?? flagAt(table, 'default_features');
  const origin =
    textAt(from, 'git') !== null
      ? 'git'
      : textAt(from, 'path') !== null
        ? 'path'
        : 'registry';
  return {
    alias,
    package: textAt(from, 'package') ?? alias,
    requirement: textAt(from, 'version') ?? '*',
    scope: place.scope,
    optional: flagAt(own, 'optional') === true,
    features: [...textsAt(shared, 'features'), ...textsAt(own, 'features')],
    // A member can only turn them on: off is for the workspace to say.
    defaultFeatures: isInherited
      ? (defaults(shared) ?? true) || defaults(own) === true
      : (defaults(own) ?? true),
    target: place.target,
    origin,
    table: isInherited ? 'workspace.dependencies' : place.table,
    manifest: isInherited ? (place.workspace?.path ?? place.path) : place.path,
  };
}

function asTable(given: unknown): Table {
  if (typeof given === 'string') return { version: given };
  return isTable(given) ? given : {};
}
