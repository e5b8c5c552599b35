import { parse } from 'smol-toml';
import { messageOf } from '../../core/message-of.ts';
import { UnreadableFile } from '../model.ts';

export type Table = Readonly<Record<string, unknown>>;

/** The lockfile of a thousand crates has 250 kB. */
const mostCharacters = 32 * 1024 ** 2;

/**
 * Reads a document of TOML. Throws `UnreadableFile` with the line that is wrong, of whatever
 * is nested more than 1,000 deep, and of more than 32 MiB.
 */
export function parseToml(text: string, path: string): Table {
  if (text.length > mostCharacters) throw new UnreadableFile(path, 'larger than 32 MiB');
  try {
    return parse(text);
  } catch (error) {
    const [line = ''] = messageOf(error).split('\n');
    throw new UnreadableFile(path, line, { cause: error });
  }
}

export function isTable(value: unknown): value is Table {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date)
  );
}

/** A table of a table; an empty one where there is none. */
export function tableAt(table: Table, key: string): Table {
  const value = valueAt(table, key);
  return isTable(value) ? value : {};
}

export function textAt(table: Table, key: string): string | null {
  const value = valueAt(table, key);
  return typeof value === 'string' ? value : null;
}

/** The texts of a list; none where it is no list. */
export function textsAt(table: Table, key: string): string[] {
  const value = valueAt(table, key);
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

export function flagAt(table: Table, key: string): boolean | null {
  const value = valueAt(table, key);
  return typeof value === 'boolean' ? value : null;
}

/** The keys are anybody's, and may be those of what every object has. */
export function valueAt(table: Table, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
