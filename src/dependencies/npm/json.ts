import { UnreadableFile } from '../model.ts';

/** An object of a JSON text. Keys from outside are looked up with `Object.hasOwn` only. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Far above the lockfiles of the largest repositories. */
const longestFile = 32 * 1024 * 1024;

/** No path, address or range of versions is longer; PATH_MAX of Linux. */
const longestText = 4096;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a file that holds one JSON object. Throws `UnreadableFile`. */
export function parseJsonObject(text: string, path: string): JsonObject {
  if (text.length > longestFile) {
    throw new UnreadableFile(path, 'it is larger than 32 MiB');
  }
  const parsed = parseJson(text.startsWith('\uFEFF') ? text.slice(1) : text, path);
  if (isJsonObject(parsed)) return parsed;
  throw new UnreadableFile(path, 'it is JSON, but not an object');
}

/** The text under a key; null where there is none. Throws `UnreadableFile` if it is long. */
export function textAt(object: JsonObject, key: string, path: string): string | null {
  const value = object[key];
  return typeof value === 'string' ? bounded(value, path) : null;
}

/** The entries of an object of texts; those that are no texts are left out. */
export function* textEntries(value: unknown, path: string): Generator<[string, string]> {
  if (!isJsonObject(value)) return;
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === 'string') yield [bounded(key, path), bounded(text, path)];
  }
}

/** Gives a text back that is not too long. Throws `UnreadableFile` otherwise. */
export function bounded(text: string, path: string): string {
  if (text.length <= longestText) return text;
  throw new UnreadableFile(
    path,
    `it has a text of ${text.length} characters where at most ${longestText} make sense: ${quoted(text)}`,
  );
}

/** A text from outside as messages show it: its beginning, on one line. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const conflict = /^<{7} /m.test(text) ? '; it has marks of a merge conflict' : '';
    throw new UnreadableFile(path, `it is not JSON${conflict}`, { cause: error });
  }
}
