import { isJsonObject, type JsonObject } from '../../../dependencies/npm/json.ts';
import { canonicalField, type HeldField, heldFields } from './entry-fields.ts';

/** An entry of a package-lock.json that says what no entry of its version said before. */
export interface EntryChange {
  readonly location: string;
  readonly listed: JsonObject;
  /** Whether the version was there before, and the entry only says something else of it. */
  readonly stays: boolean;
  /** What the registry has to say as well. */
  readonly fields: readonly HeldField[];
  /** Keys about which no registry tells, and which no entry of the version had so before. */
  readonly untold: readonly string[];
  /** Keys that npm never writes: what it reads there, it takes for the package's own. */
  readonly unknown: readonly string[];
  /** What the entries of other versions of the package said. */
  readonly formerly: readonly JsonObject[];
}

/** These are compared with the packages. */
const compared = ['name', 'version', 'resolved', 'integrity', 'link'];

/**
 * What npm notes for people, or works out anew from the rest: other versions of npm note
 * more of it. None of it changes what is installed.
 */
const notes = [
  ...['dev', 'optional', 'devOptional', 'peer', 'license', 'funding', 'deprecated'],
  'engines',
];

const untoldKeys = [
  ...['inBundle', 'hasShrinkwrap', 'extraneous', 'ideallyInert', 'acceptDependencies'],
];

const known = new Set<string>([
  ...[...compared, ...notes, ...untoldKeys, ...heldFields],
  ...['optionalDependencies', 'bundledDependencies'],
]);

/** Whether a location is that of a package which is not the project's own. */
export function isForeignLocation(location: string): boolean {
  return `/${location}`.includes('/node_modules/');
}

/** Finds what the entries of foreign packages say that was not said of them before. */
export function entryChanges(before: JsonObject, after: JsonObject): EntryChange[] {
  const olds = Object.entries(before).flatMap(([location, entry]) =>
    isJsonObject(entry) && isForeignLocation(location) ? [{ location, entry }] : [],
  );
  const byName = Map.groupBy(olds, ({ location, entry }) => nameOf(location, entry));
  return Object.entries(after).flatMap(([location, listed]) => {
    if (!isForeignLocation(location) || !isJsonObject(listed)) return [];
    if (listed['link'] === true) return [];
    const formerly = byName.get(nameOf(location, listed)) ?? [];
    const same = formerly.filter(({ entry }) => entry['version'] === listed['version']);
    const there = same.find((one) => one.location === location)?.entry;
    const befores = same.map(({ entry }) => entry);
    const change: EntryChange = {
      ...{ location, listed, stays: befores.length > 0 },
      fields: heldFields.filter((field) => {
        const is = canonicalField(field, listed, location);
        return !befores.some((one) => canonicalField(field, one, location) === is);
      }),
      untold: untoldKeys.filter((key) => {
        const among = befores.length > 0 ? befores : formerly.map(({ entry }) => entry);
        return key in listed && !among.some((one) => isSameScalar(one[key], listed[key]));
      }),
      unknown: Object.keys(listed).filter(
        (key) => !known.has(key) && !(there && isSameScalar(there[key], listed[key])),
      ),
      formerly: formerly.map(({ entry }) => entry),
    };
    const { fields, untold, unknown } = change;
    return fields.length + untold.length + unknown.length > 0 ? [change] : [];
  });
}

function nameOf(location: string, { name }: JsonObject): string {
  const at = `/${location}`.lastIndexOf('/node_modules/');
  return typeof name === 'string'
    ? name
    : location.slice(at + '/node_modules/'.length - 1);
}

function isSameScalar(a: unknown, b: unknown): boolean {
  return typeof b !== 'object' && a === b;
}
