import { posix } from 'node:path';
import { type PublishedDependency, type Scope, UnreadableFile } from '../model.ts';
import type { Inheritance } from './inheritance.ts';
import { printable, quoted } from './quoted.ts';
import {
  flagAt,
  isTable,
  type Table,
  tableAt,
  textAt,
  textsAt,
  valueAt,
} from './toml.ts';

/** A dependency as a Cargo.toml has it. */
export interface ManifestDependency extends PublishedDependency {
  readonly origin: 'registry' | 'git' | 'path';
  /** Of a path dependency, from the root of the repository; null for all others. */
  readonly folder: string | null;
  /** Where it stands: `dependencies`, `workspace.dependencies`, `target.'cfg(unix)'.…`. */
  readonly table: string;
  /** The manifest that has to be edited to ask for more. */
  readonly manifest: string;
}

const kinds: readonly (readonly [string, Scope])[] = [
  ['dependencies', 'runtime'],
  ['build-dependencies', 'build'],
  ['build_dependencies', 'build'],
  ['dev-dependencies', 'dev'],
  ['dev_dependencies', 'dev'],
];

/** Far more than any crate has; every one of them is looked at for every feature. */
const mostTargets = 500;

interface Place {
  readonly scope: Scope;
  readonly target: string | null;
  readonly path: string;
  readonly workspace: Inheritance | null;
  readonly table: string;
}

/** All dependencies of a manifest, of each kind and platform. Throws `UnreadableFile`. */
export function dependenciesOf(
  document: Table,
  path: string,
  workspace: Inheritance | null,
): ManifestDependency[] {
  const targets = Object.entries(tableAt(document, 'target'));
  if (targets.length > mostTargets) {
    throw new UnreadableFile(path, `it has dependencies for ${targets.length} targets`);
  }
  const common = dependenciesIn(document, null, path, workspace);
  const special = targets.flatMap(([target, table]) =>
    isTable(table) ? dependenciesIn(table, target, path, workspace) : [],
  );
  return [...common, ...special];
}

function dependenciesIn(
  tables: Table,
  target: string | null,
  path: string,
  workspace: Inheritance | null,
): ManifestDependency[] {
  const prefix = target === null ? '' : `target.'${target}'.`;
  return kinds.flatMap(([kind, scope]) => {
    const table = `${prefix}${kind}`;
    const place = { scope, target, path, workspace, table };
    return Object.entries(tableAt(tables, kind)).map(([alias, given]) =>
      dependencyOf(alias, given, place),
    );
  });
}

function dependencyOf(alias: string, given: unknown, place: Place): ManifestDependency {
  const own = asTable(given);
  const { scope, target } = place;
  const optional = flagAt(own, 'optional') === true;
  const mine = { alias, scope, target, optional };
  if (flagAt(own, 'workspace') !== true) {
    const { path: manifest, table } = place;
    const defaultFeatures = defaultsOf(own) ?? true;
    const features = textsAt(own, 'features');
    const from = sourceOf(alias, own, posix.dirname(manifest));
    return { ...mine, ...from, features, defaultFeatures, table, manifest };
  }
  const { path: manifest, folder, shared } = inherited(alias, place);
  const features = [...textsAt(shared, 'features'), ...textsAt(own, 'features')];
  // A member can turn them on; only the workspace can turn them off.
  const defaultFeatures = (defaultsOf(shared) ?? true) || defaultsOf(own) === true;
  const from = sourceOf(alias, shared, folder);
  const table = 'workspace.dependencies';
  return { ...mine, ...from, features, defaultFeatures, table, manifest };
}

function inherited(alias: string, { path, workspace, table }: Place) {
  const shared = workspace ? valueAt(workspace.dependencies, alias) : undefined;
  if (workspace && shared !== undefined) return { ...workspace, shared: asTable(shared) };
  const where = `${quoted(alias)} in [${printable(table)}]`;
  const message = `${where} is left to a workspace that has none`;
  throw new UnreadableFile(path, message);
}

function sourceOf(alias: string, table: Table, from: string) {
  const path = textAt(table, 'path');
  const isGit = textAt(table, 'git') !== null;
  return {
    package: textAt(table, 'package') ?? alias,
    requirement: textAt(table, 'version') ?? '*',
    origin: isGit ? 'git' : path === null ? 'registry' : 'path',
    folder: path === null || isGit ? null : posix.join(from, path),
  } as const;
}

/** A version alone stands for a table that has nothing else. */
function asTable(given: unknown): Table {
  if (typeof given === 'string') return { version: given };
  return isTable(given) ? given : {};
}

function defaultsOf(table: Table): boolean | null {
  return flagAt(table, 'default-features') ?? flagAt(table, 'default_features');
}
