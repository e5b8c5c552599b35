/** A table by its names. */
export interface NamedTable {
  readonly schema: string;
  readonly name: string;
  /** Schema and name as the server quotes them, and as the report shows them. */
  readonly id: string;
}

/** What a list of patterns makes of a table. */
export interface TableFilter {
  /** Whether it means less than all tables. */
  readonly isNarrow: boolean;
  /** Whether the table is to be looked at. */
  matches(table: NamedTable): boolean;
  /** Whether a pattern with `!` leaves the table out. */
  excludes(table: NamedTable): boolean;
  /** Whether a pattern without `*` names the table. */
  names(table: NamedTable): boolean;
  /** The patterns without `!` that none of these tables matches. */
  unmatched(tables: readonly NamedTable[]): string[];
}

/** Whether a text names a table, plainly or as the report does: `public."Order"`. */
export function isNamed(table: NamedTable, text: string): boolean {
  return text === `${table.schema}.${table.name}` || text === table.id;
}

/**
 * Reads a list of `schema.table` patterns with `*` and leading `!`. A list of exclusions
 * only takes something away from all tables.
 */
export function tableFilter(patterns: readonly string[] | null): TableFilter {
  const isExclusion = (pattern: string) => pattern.startsWith('!');
  const included = (patterns ?? []).filter((pattern) => !isExclusion(pattern));
  const include = included.map(toTest);
  const exclude = (patterns ?? [])
    .filter(isExclusion)
    .map((pattern) => toTest(pattern.slice(1)));
  const excludes = (table: NamedTable) => exclude.some((test) => test(table));
  return {
    isNarrow: (patterns ?? []).length > 0,
    matches(table) {
      const isIncluded = include.length === 0 || include.some((test) => test(table));
      return isIncluded && !excludes(table);
    },
    excludes,
    names: (table) => included.some((pattern) => isNamed(table, pattern)),
    unmatched: (tables) =>
      included.filter((_, index) => !tables.some((table) => include[index]?.(table))),
  };
}

function toTest(pattern: string): (table: NamedTable) => boolean {
  const parts = pattern.split('*');
  return ({ schema, name, id }) => fits(`${schema}.${name}`, parts) || fits(id, parts);
}

/** Whether a text is the parts with anything between them; never looks at a place twice. */
function fits(text: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of others) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
