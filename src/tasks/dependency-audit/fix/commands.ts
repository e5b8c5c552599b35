import { posix } from 'node:path';
import type { LockGraph } from '../../../dependencies/model.ts';
import { importName } from '../../../dependencies/npm/lock-entry.ts';
import { dependentsOf } from './dependents.ts';
import type { Bump, Fix } from './world.ts';

/** Where in a manifest of the project a dependency stands. */
export interface Place {
  /** `Cargo.toml`, from the root of the repository. */
  readonly manifest: string;
  /** `dependencies`, `workspace.dependencies`, `devDependencies`. */
  readonly table: string;
  /** The name that it has there. */
  readonly alias: string;
}

/** Finds where the project itself asks for a package; by the id of the asking package. */
export type FindPlace = (by: string, name: string) => Place | null;

/** Writes a fix as what to type, from the root of the repository; null where there is none. */
export function fixCommand(fix: Fix, graph: LockGraph, place: FindPlace): string | null {
  if (fix.kind === 'blocked') return null;
  const write = graph.ecosystem === 'cargo' ? cargoCommands : npmCommands;
  const { edits, commands } = write(typedBumps(fix.bumps, graph), graph, place);
  const typed = [...new Set(commands)].join(' && ');
  return [...new Set(edits), typed].join('; then ');
}

/** A package whose dependents all move is moved with them: there is nothing left to name. */
function typedBumps(bumps: readonly Bump[], graph: LockGraph): Bump[] {
  const moved = new Set(bumps.map(({ id }) => id));
  const dependents = dependentsOf(graph);
  return bumps.filter(({ id, manifests }) => {
    const by = dependents.get(id) ?? [];
    return (
      manifests.length > 0 || by.length === 0 || !by.every((one) => moved.has(one.by.id))
    );
  });
}

/** What a person has to write into a manifest, and what to type after that. */
interface Commands {
  readonly edits: readonly string[];
  readonly commands: readonly string[];
}

function cargoCommands(
  bumps: readonly Bump[],
  graph: LockGraph,
  place: FindPlace,
): Commands {
  const at = folderOf(graph);
  const manifest = at === '.' ? '' : ` --manifest-path ${word(`${at}/Cargo.toml`)}`;
  const asked = bumps.flatMap(({ manifests, name, to }) =>
    manifests.map((by) => ({ at: place(by, name), name, to })),
  );
  const added = asked.map(({ at, name, to }) => cargoAdd(at, name, to));
  const updates = bumps.map(
    ({ name, from, to }) =>
      `cargo update${manifest} -p ${word(`${name}@${from}`)} --precise ${word(to)}`,
  );
  return {
    edits: asked.flatMap(({ at, name, to }, index) =>
      added[index] === null ? [cargoEdit(at, name, to)] : [],
    ),
    commands: [...added.filter((command) => command !== null), ...updates],
  };
}

function cargoEdit(at: Place | null, name: string, to: string): string {
  // A table may have a platform in its name, and that is whatever somebody has written.
  const table = at?.table.replace(/[^\w.\-'"()=, ]/g, ' ');
  const where = at ? `${word(at.manifest)} [${table}]` : 'the manifest';
  return `edit ${where}: ${word(at?.alias ?? name)} ${word(to)}`;
}

/**
 * `cargo add` raises the requirement and keeps the features. Null for what it cannot do: a
 * rename, a target, a dependency of the whole workspace.
 */
function cargoAdd(at: Place | null, name: string, to: string): string | null {
  if (!at || at.alias !== name || !/^(dev-|build-)?dependencies$/.test(at.table)) {
    return null;
  }
  const kind =
    at.table === 'dependencies' ? '' : ` --${at.table.replace('-dependencies', '')}`;
  return `cargo add --manifest-path ${word(at.manifest)}${kind} ${word(`${name}@${to}`)}`;
}

function npmCommands(
  bumps: readonly Bump[],
  graph: LockGraph,
  place: FindPlace,
): Commands {
  const at = folderOf(graph);
  const npm = at === '.' ? 'npm' : `npm --prefix ${word(at)}`;
  const commands = bumps.flatMap(({ id, manifests, name, to }) => {
    // npm knows a package by the name that the code uses.
    const alias = importName(id) ?? name;
    if (manifests.length === 0) return [`${npm} update ${word(alias)}`];
    return manifests.map((by) => {
      const found = place(by, name);
      const folder = found ? posix.dirname(found.manifest) : at;
      const workspace =
        folder === at ? '' : ` --workspace ${word(posix.relative(at, folder))}`;
      const kind = found?.table === 'devDependencies' ? ' --save-dev' : '';
      const spec = alias === name ? `${name}@${to}` : `${alias}@npm:${name}@${to}`;
      return `${npm} install${workspace}${kind} ${word(spec)}`;
    });
  });
  return { edits: [], commands };
}

function folderOf({ lockfile }: LockGraph): string {
  return posix.dirname(lockfile);
}

/** Names come from outside, and a person pastes the command into a shell. */
export function word(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text) && !text.startsWith('-')) return text;
  return `'${text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').replaceAll("'", `'\\''`)}'`;
}
