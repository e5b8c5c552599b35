import { posix } from 'node:path';
import type { LockGraph } from '../../../dependencies/model.ts';
import type { FindPlace, Place } from './commands.ts';
import { word } from './word.ts';
import type { Bump } from './world.ts';

/** What a person has to write into a manifest first, and what to type after that. */
export interface Commands {
  readonly edits: readonly string[];
  readonly commands: readonly string[];
}

/** Writes bumps as commands of cargo, from the root of the repository. */
export function cargoCommands(
  bumps: readonly Bump[],
  { lockfile, packages }: LockGraph,
  place: FindPlace,
): Commands {
  const at = posix.dirname(lockfile);
  const update = `cargo update${at === '.' ? '' : ` --manifest-path ${word(`${at}/Cargo.toml`)}`}`;
  const edits: string[] = [];
  const commands: string[] = [];
  for (const bump of bumps) {
    const { id, manifests, name, from, to, pulled } = bump;
    for (const by of manifests) {
      const asked = place(by, name);
      const added = cargoAdd(asked, name, to);
      if (added !== null) commands.push(added);
      else {
        edits.push(cargoEdit(asked, name, to));
        commands.push(`${update} --workspace`);
      }
    }
    if (pulled?.isFine) continue;
    // Asked for more, cargo has taken the newest: it is taken back from there.
    const isOnly = !packages.values().some((one) => one.name === name && one.id !== id);
    const taken = pulled && isOnly ? name : `${name}@${pulled?.to ?? from}`;
    commands.push(`${update} -p ${word(taken)} --precise ${word(to)}`);
  }
  return { edits, commands };
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
