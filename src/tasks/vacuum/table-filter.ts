/** What a list of patterns makes of a table. */
export interface TableFilter {
  /** Whether the table is to be looked at. */
  matches(schema: string, name: string): boolean;
  /** Whether a pattern with `!` leaves the table out. */
  excludes(schema: string, name: string): boolean;
  /** Whether a pattern without `*` names the table. */
  names(schema: string, name: string): boolean;
  /** The patterns without `!` that none of these tables matches. */
  unmatched(tables: readonly { schema: string; name: string }[]): string[];
}

/**
 * Reads a list of `schema.table` patterns with `*` and leading `!`. A list of exclusions
 * only takes something away from all tables.
 */
export function tableFilter(patterns: readonly string[] | null): TableFilter {
  const included = (patterns ?? []).filter((pattern) => !pattern.startsWith('!'));
  const include = included.map(toRegExp);
  const exclude = (patterns ?? [])
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => toRegExp(pattern.slice(1)));
  const excludes = (schema: string, name: string) =>
    exclude.some((one) => one.test(`${schema}.${name}`));
  return {
    matches(schema, name) {
      const id = `${schema}.${name}`;
      const isIncluded = include.length === 0 || include.some((one) => one.test(id));
      return isIncluded && !excludes(schema, name);
    },
    excludes,
    names: (schema, name) => included.includes(`${schema}.${name}`),
    unmatched: (tables) =>
      included.filter(
        (_, index) => !tables.some((t) => include[index]?.test(`${t.schema}.${t.name}`)),
      ),
  };
}

function toRegExp(pattern: string): RegExp {
  const literal = pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 's');
}
