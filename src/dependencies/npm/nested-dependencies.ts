import { UnreadableFile } from '../model.ts';
import { isJsonObject, type JsonObject, quoted, textAt, textEntries } from './json.ts';
import { checkedLocation, type LockEntry } from './lock-entry.ts';
import { commitOf, originOf, tarballVersion } from './origin.ts';
import { realRequirement } from './requirement.ts';

/** A package of lockfileVersion 1, which marks what only development needs. */
export interface NestedEntry extends LockEntry {
  readonly isDev: boolean;
}

/**
 * Reads the nested `dependencies` of lockfileVersion 1, without the project itself. Throws
 * `UnreadableFile`.
 */
export function readNestedDependencies(
  dependencies: JsonObject,
  path: string,
): NestedEntry[] {
  const entries: NestedEntry[] = [];
  const queue = [{ folder: '', nested: dependencies }];
  // The queue grows while it is read, so that no nesting can overflow the stack.
  for (const { folder, nested } of queue) {
    for (const [name, listed] of Object.entries(nested)) {
      const location = checkedLocation(`${folder}node_modules/${name}`, path);
      if (!isJsonObject(listed)) {
        throw new UnreadableFile(path, `${quoted(location)} is not an object`);
      }
      entries.push(readEntry(listed, name, location, path));
      const deeper = listed['dependencies'];
      if (isJsonObject(deeper)) queue.push({ folder: `${location}/`, nested: deeper });
    }
  }
  return entries;
}

function readEntry(
  listed: JsonObject,
  name: string,
  location: string,
  path: string,
): NestedEntry {
  const declared = [];
  for (const [wanted, requirement] of textEntries(listed['requires'], path)) {
    const scope = 'runtime' as const;
    declared.push({ name: wanted, requirement, scope, optional: false });
  }
  return {
    location,
    name,
    ...whatAndWhence(
      textAt(listed, 'version', path) ?? '',
      textAt(listed, 'resolved', path),
    ),
    integrity: textAt(listed, 'integrity', path),
    declared,
    isDev: listed['dev'] === true,
  };
}

/** In place of the version stands the address of what comes from no registry. */
function whatAndWhence(
  version: string,
  resolved: string | null,
): Pick<LockEntry, 'version' | 'origin'> & { readonly name?: string } {
  const alias = realRequirement(version);
  if (version.startsWith('npm:') && alias.package !== null) {
    return {
      name: alias.package,
      version: alias.range ?? '',
      origin: originOf(resolved),
    };
  }
  // Only addresses have a colon.
  if (!version.includes(':')) return { version, origin: originOf(resolved) };
  const origin = originOf(version);
  const known = origin.kind === 'git' ? commitOf(version) : tarballVersion(version);
  return { version: known ?? '', origin };
}
