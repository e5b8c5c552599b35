import type { LockGraph } from '../../../dependencies/model.ts';
import { cargoCommands } from './cargo-commands.ts';
import { npmCommands } from './npm-commands.ts';
import type { Fix } from './world.ts';

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

/**
 * Writes a fix as what to type, from the root of the repository; null where there is none.
 *
 * @param cooledBefore the day before which a version has cooled down: `2026-11-17`
 */
export function fixCommand(
  fix: Fix,
  graph: LockGraph,
  place: FindPlace,
  cooledBefore: string,
): string | null {
  if (fix.kind === 'blocked') return null;
  const { edits, commands } =
    graph.ecosystem === 'cargo'
      ? cargoCommands(fix.bumps, graph, place)
      : npmCommands(fix.bumps, graph, place, cooledBefore);
  const typed = [...new Set(commands)].join(' && ');
  return [...new Set(edits), typed].filter(Boolean).join('; then ');
}
