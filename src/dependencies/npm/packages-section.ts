import { UnreadableFile } from '../model.ts';
import { declaredDependencies } from './declared.ts';
import { nodeEngines } from './engines.ts';
import { isJsonObject, type JsonObject, quoted, textAt } from './json.ts';
import {
  checkedLocation,
  importName,
  type LockContents,
  type LockEntry,
} from './lock-entry.ts';
import { originOf } from './origin.ts';

/** Reads the section `packages` of lockfileVersion 2 and 3. Throws `UnreadableFile`. */
export function readPackagesSection(packages: JsonObject, path: string): LockContents {
  const entries: LockEntry[] = [];
  const links = new Map<string, string>();
  for (const [key, listed] of Object.entries(packages)) {
    const location = checkedLocation(key, path);
    if (!isJsonObject(listed)) {
      throw new UnreadableFile(path, `${quoted(location)} is not an object`);
    }
    const target = listed['link'] === true ? textAt(listed, 'resolved', path) : null;
    if (target !== null) links.set(location, target);
    else if (listed['link'] !== true) entries.push(readEntry(listed, location, path));
  }
  return { entries, links };
}

function readEntry(listed: JsonObject, location: string, path: string): LockEntry {
  const imported = importName(location);
  const isOwn = imported === null;
  const deprecated = textAt(listed, 'deprecated', path);
  const engines = nodeEngines(listed['engines'], path);
  return {
    location,
    name: textAt(listed, 'name', path) ?? imported ?? folderName(location),
    version: textAt(listed, 'version', path) ?? '',
    origin: isOwn
      ? { kind: 'path', path: location || '.' }
      : originOf(textAt(listed, 'resolved', path)),
    integrity: textAt(listed, 'integrity', path),
    declared: declaredDependencies(listed, path, { withDev: isOwn }),
    ...(deprecated ? { deprecated } : {}),
    ...(listed['hasInstallScript'] === true ? { hasInstallScript: true } : {}),
    ...(listed['inBundle'] === true ? { isBundled: true } : {}),
    ...(engines === null ? {} : { engines }),
  };
}

/** npm leaves the name of a workspace out where its folder has the same. */
function folderName(location: string): string {
  return /(?:^|\/)((?:@[^/]+\/)?[^/]+)$/.exec(location)?.[1] ?? '';
}
