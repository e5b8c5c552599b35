import { posix } from 'node:path';
import type { LockedPackage } from '../../../dependencies/model.ts';
import { importName } from '../../../dependencies/npm/lock-entry.ts';
import { word } from '../fix/word.ts';
import type { Project } from '../projects/project.ts';
import type { NewerVersions } from './newer-versions.ts';

/**
 * Moves one package within what is asked for; npm takes the newest of that, and is told to
 * leave out what has not cooled down.
 */
export function updateCommand(
  project: Project,
  { id, name, version }: LockedPackage,
  { compatible, coolsDown }: NewerVersions,
  cooledBefore: string,
): string {
  if (project.ecosystem === 'npm') {
    const before = coolsDown ? ` --before=${cooledBefore}` : '';
    return `${updateAllCommand(project)} ${word(importName(id) ?? name)}${before}`;
  }
  const spec = word(`${name}@${version}`);
  return `${updateAllCommand(project)} -p ${spec} --precise ${word(compatible)}`;
}

/** Moves everything within what is asked for. */
export function updateAllCommand({ ecosystem, graph }: Project): string {
  const at = posix.dirname(graph.lockfile);
  if (ecosystem === 'npm')
    return `npm ${at === '.' ? '' : `--prefix ${word(at)} `}update`;
  return `cargo update${at === '.' ? '' : ` --manifest-path ${word(`${at}/Cargo.toml`)}`}`;
}
