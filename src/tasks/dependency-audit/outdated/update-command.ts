import { posix } from 'node:path';
import type { LockedPackage } from '../../../dependencies/model.ts';
import { importName } from '../../../dependencies/npm/lock-entry.ts';
import { word } from '../fix/commands.ts';
import type { Project } from '../projects/project.ts';

/** Moves one package within what is asked for; npm takes the newest of that. */
export function updateCommand(
  project: Project,
  { id, name, version }: LockedPackage,
  to: string,
): string {
  if (project.ecosystem === 'npm') {
    return `${updateAllCommand(project)} ${word(importName(id) ?? name)}`;
  }
  const spec = word(`${name}@${version}`);
  return `${updateAllCommand(project)} -p ${spec} --precise ${word(to)}`;
}

/** Moves everything within what is asked for. */
export function updateAllCommand({ ecosystem, graph }: Project): string {
  const at = posix.dirname(graph.lockfile);
  if (ecosystem === 'npm')
    return `npm ${at === '.' ? '' : `--prefix ${word(at)} `}update`;
  return `cargo update${at === '.' ? '' : ` --manifest-path ${word(`${at}/Cargo.toml`)}`}`;
}
