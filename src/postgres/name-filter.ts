/** A table or an index by its names. */
export interface NamedObject {
  readonly schema: string;
  readonly name: string;
  /** Schema and name as the server quotes them, and as the report shows them. */
  readonly id: string;
}

/** What a list of patterns makes of an object. */
export interface NameFilter {
  /** Whether it means less than all of them. */
  readonly isNarrow: boolean;
  /** Whether the object is to be looked at. */
  matches(object: NamedObject): boolean;
  /** Whether a pattern with `!` leaves the object out. */
  excludes(object: NamedObject): boolean;
  /** Whether a pattern without `*` names the object. */
  names(object: NamedObject): boolean;
  /** The patterns without `!` that none of these objects matches. */
  unmatched(objects: readonly NamedObject[]): string[];
}

/** Whether a text names an object, plainly or as the report does: `public."Order"`. */
export function isNamed(object: NamedObject, text: string): boolean {
  return text === `${object.schema}.${object.name}` || text === object.id;
}

/**
 * Reads a list of `schema.name` patterns with `*` and leading `!`. A list of exclusions
 * only takes something away from all there are.
 */
export function nameFilter(patterns: readonly string[] | null): NameFilter {
  const isExclusion = (pattern: string) => pattern.startsWith('!');
  const included = (patterns ?? []).filter((pattern) => !isExclusion(pattern));
  const include = included.map(toTest);
  const exclude = (patterns ?? [])
    .filter(isExclusion)
    .map((pattern) => toTest(pattern.slice(1)));
  const excludes = (object: NamedObject) => exclude.some((test) => test(object));
  return {
    isNarrow: (patterns ?? []).length > 0,
    matches(object) {
      const isIncluded = include.length === 0 || include.some((test) => test(object));
      return isIncluded && !excludes(object);
    },
    excludes,
    names: (object) => included.some((pattern) => isNamed(object, pattern)),
    unmatched: (objects) =>
      included.filter((_, index) => !objects.some((object) => include[index]?.(object))),
  };
}

function toTest(pattern: string): (object: NamedObject) => boolean {
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
