import { posix } from 'node:path';
import { isTable, type Table, tableAt } from './toml.ts';

/** What members of a workspace can take from its root. */
export interface Inheritance {
  readonly path: string;
  /** In which the paths of its dependencies begin. */
  readonly folder: string;
  readonly package: Table;
  readonly dependencies: Table;
}

/** The parts of a workspace's root that its members can take; null where it is none. */
export function inheritanceOf(document: Table, path: string): Inheritance | null {
  if (!isTable(document['workspace'])) return null;
  const workspace = tableAt(document, 'workspace');
  return {
    path,
    folder: posix.dirname(path),
    package: tableAt(workspace, 'package'),
    dependencies: tableAt(workspace, 'dependencies'),
  };
}
