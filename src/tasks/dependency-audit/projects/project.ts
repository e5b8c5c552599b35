import type { OsvEcosystem } from '../../../advisories/advisory.ts';
import type { LockedPackage, LockGraph, Scope } from '../../../dependencies/model.ts';
import { pathFromRoot } from '../../../dependencies/path.ts';
import type { FindPlace, Place } from '../fix/commands.ts';

/** A package that a manifest of the project itself asks for. */
export interface DirectDependency extends Place {
  readonly name: string;
  readonly requirement: string;
  readonly scope: Scope;
  /** What the lockfile gives it. */
  readonly locked: LockedPackage;
}

/** A lockfile with everything that its manifests and its registry say of it. */
export interface Project {
  readonly ecosystem: 'cargo' | 'npm';
  readonly osvEcosystem: OsvEcosystem;
  readonly graph: LockGraph;
  readonly scopes: ReadonlyMap<string, Scope>;
  /** The ids of the packages that no build compiles. */
  readonly notCompiled: ReadonlySet<string>;
  readonly direct: readonly DirectDependency[];
  /** What it runs on or is built with, as its files say: `1.93`, `>=20`; null: they do not. */
  readonly runsOn: string | null;
  readonly place: FindPlace;
  /** Whether the registry and the databases that are asked know a package. */
  isAskable(locked: LockedPackage): boolean;
  /** Whether a version is what a requirement asks for, by the ecosystem's own rules. */
  admits(requirement: string, version: string): boolean;
}

/** The names from the project to a package; null where nothing leads there. */
export type PathTo = (id: string) => readonly string[] | null;

const paths = new WeakMap<Project, PathTo>();

/** The names on the shortest way to each package; the project itself comes first. */
export function pathsIn(project: Project): PathTo {
  const known = paths.get(project);
  if (known) return known;
  const { graph } = project;
  const findActive = pathFromRoot(graph, (_, { optional }) => !optional);
  const findAny = pathFromRoot(graph);
  const pathTo: PathTo = (id) => {
    const names = (findActive(id) ?? findAny(id))?.map(
      (one) => graph.packages.get(one)?.name ?? one,
    );
    return names ? shortened(names) : null;
  };
  paths.set(project, pathTo);
  return pathTo;
}

/** No real one is longer, and each finding has one. */
const longestPath = 40;

function shortened(names: readonly string[]): readonly string[] {
  if (names.length <= longestPath) return names;
  const half = longestPath / 2;
  const left = names.length - longestPath;
  return [...names.slice(0, half), `… ${left} more …`, ...names.slice(-half)];
}
