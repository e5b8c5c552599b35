import path from 'node:path';
import type { PublishedVersion } from '../../../dependencies/model.ts';
import { isJsonObject, type JsonObject } from '../../../dependencies/npm/json.ts';

/** Of what a lockfile repeats of a package.json, that which the registry tells as well. */
export const heldFields = [
  ...(['dependencies', 'peerDependencies', 'peerDependenciesMeta', 'bin'] as const),
  ...(['os', 'cpu', 'libc', 'bundleDependencies', 'hasInstallScript'] as const),
];

export type HeldField = (typeof heldFields)[number];

/** Without these something would be missing; without the others more is installed. */
const neededFields = new Set<HeldField>(['dependencies', 'peerDependencies']);

/**
 * Whether an entry says of a field what the registry says of the version. What the registry
 * does not tell must be absent, or as other entries of the package had it.
 */
export function isAsPublished(
  field: HeldField,
  listed: JsonObject,
  location: string,
  { manifest = {}, hasInstallScript }: PublishedVersion,
  formerly: readonly JsonObject[],
): boolean {
  const is = canonicalField(field, listed, location);
  if (is === nothing && !neededFields.has(field)) return true;
  if (field === 'hasInstallScript') return hasInstallScript;
  if (is === canonicalField(field, manifest, location)) return true;
  const isTold = neededFields.has(field) || Object.hasOwn(manifest, field);
  return !isTold && formerly.some((one) => canonicalField(field, one, location) === is);
}

const nothing = '[]';

/**
 * Writes a field so that what means the same is the same text. `dependencies` has the
 * optional ones in it; npm puts `./` before commands, or leaves it out.
 */
export function canonicalField(
  field: HeldField,
  manifest: JsonObject,
  location: string,
): string {
  const items = itemsOf(field, manifest, location).sort();
  return JSON.stringify([...new Set(items)]);
}

function itemsOf(field: HeldField, manifest: JsonObject, location: string): string[] {
  const value = ownValue(manifest, field);
  if (field === 'dependencies') {
    const optional = tableOf(ownValue(manifest, 'optionalDependencies'));
    const required = tableOf(value).filter(
      ([name]) => !optional.some(([other]) => other === name),
    );
    return [
      ...required.map(([name, range]) => `${name} ${range}`),
      ...optional.map(([name, range]) => `${name} ${range} optional`),
    ];
  }
  if (field === 'peerDependencies') {
    return tableOf(value).map(([name, range]) => `${name} ${range}`);
  }
  if (field === 'peerDependenciesMeta') {
    const entries = isJsonObject(value) ? Object.entries(value) : [];
    return entries
      .filter(([, meta]) => isJsonObject(meta) && meta['optional'] === true)
      .map(([name]) => name);
  }
  if (field === 'bin') return commandsOf(value, location);
  if (field === 'hasInstallScript') return value === true ? ['true'] : [];
  if (field === 'bundleDependencies') {
    return bundledOf(value ?? ownValue(manifest, 'bundledDependencies'), manifest);
  }
  return textsOf(value);
}

function commandsOf(value: unknown, location: string): string[] {
  const name = location.slice(location.lastIndexOf('/') + 1);
  const commands = typeof value === 'string' ? [[name, value] as const] : tableOf(value);
  return commands.map(([command, file]) => {
    const plain = path.posix.join('/', file).slice(1);
    return `${command.slice(command.lastIndexOf('/') + 1)} ${plain}`;
  });
}

function bundledOf(value: unknown, manifest: JsonObject): string[] {
  if (value === true) {
    return tableOf(ownValue(manifest, 'dependencies')).map(([name]) => name);
  }
  return isJsonObject(value) ? Object.keys(value) : textsOf(value);
}

/** What is no text is written so that it is like no text. */
function tableOf(value: unknown): [string, string][] {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return entries.map(([name, text]) => [
    name,
    typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : `\0${typeof text}`,
  ]);
}

function textsOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.map((one) => (typeof one === 'string' ? one : `\0${typeof one}`));
}

function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
