import { posix } from 'node:path';
import type { LockGraph } from '../../../dependencies/model.ts';
import { importName } from '../../../dependencies/npm/lock-entry.ts';
import type { Commands } from './cargo-commands.ts';
import type { FindPlace } from './commands.ts';
import { word } from './word.ts';
import type { Bump } from './world.ts';

/**
 * Writes bumps as commands of npm, from the root of the repository. `npm update` takes the
 * newest that is asked for, whatever it is: where that would be wrong, it is told to take none
 * that is too young; where that would be wrong as well, `overrides` names the version.
 *
 * @param cooledBefore the day before which a version has cooled down: `2026-11-17`
 */
export function npmCommands(
  bumps: readonly Bump[],
  { lockfile }: LockGraph,
  place: FindPlace,
  cooledBefore: string,
): Commands {
  const at = posix.dirname(lockfile);
  const npm = at === '.' ? 'npm' : `npm --prefix ${word(at)}`;
  const edits: string[] = [];
  const commands: string[] = [];
  for (const { id, manifests, name, to, pulled, newestWouldDo } of bumps) {
    // npm knows a package by the name that the code uses.
    const alias = importName(id) ?? name;
    for (const by of manifests) {
      const found = place(by, name);
      const folder = found ? posix.dirname(found.manifest) : at;
      const workspace =
        folder === at ? '' : ` --workspace ${word(posix.relative(at, folder))}`;
      const kind = found?.table === 'devDependencies' ? ' --save-dev' : '';
      const spec = alias === name ? `${name}@${to}` : `${alias}@npm:${name}@${to}`;
      commands.push(`${npm} install${workspace}${kind} ${word(spec)}`);
    }
    if (manifests.length > 0 || pulled?.isFine) continue;
    if (newestWouldDo === 'at-all') commands.push(`${npm} update ${word(alias)}`);
    else if (newestWouldDo === 'cooled') {
      commands.push(`${npm} update ${word(alias)} --before=${cooledBefore}`);
    } else {
      const override = `"overrides": {${JSON.stringify(alias)}: ${JSON.stringify(to)}}`;
      edits.push(`edit ${word(posix.join(at, 'package.json'))}: ${word(override)}`);
      commands.push(`${npm} install`);
    }
  }
  return { edits, commands };
}
