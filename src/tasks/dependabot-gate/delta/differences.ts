/** A place where two documents differ; `undefined` where one has nothing there. */
export interface Difference {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/** Deeper than any manifest; what lies below is compared as a whole. */
const deepest = 32;

/** What is compared as one text then: no manifest has a value of that size. */
const mostDifferences = 10_000;

/**
 * Finds where two documents differ, TOML or JSON. Tables are compared key by key, and lists
 * item by item.
 */
export function differencesBetween(before: unknown, after: unknown): Difference[] {
  const found: Difference[] = [];
  compare(before, after, [], found);
  return found;
}

function compare(
  before: unknown,
  after: unknown,
  path: readonly string[],
  found: Difference[],
): void {
  if (Object.is(before, after) || found.length >= mostDifferences) return;
  const [old, now] = [entriesOf(before), entriesOf(after)];
  const isOfOneKind = Array.isArray(before) === Array.isArray(after);
  if (!old || !now || !isOfOneKind || path.length >= deepest) {
    if (!isSameScalar(before, after)) found.push({ path, before, after });
    return;
  }
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    compare(old.get(key), now.get(key), [...path, key], found);
  }
}

/** The values of a table or list by key; null for anything else. */
function entriesOf(value: unknown): ReadonlyMap<string, unknown> | null {
  const isDocument =
    typeof value === 'object' && value !== null && !(value instanceof Date);
  return isDocument ? new Map(Object.entries(value)) : null;
}

function isSameScalar(before: unknown, after: unknown): boolean {
  return before instanceof Date && after instanceof Date
    ? before.toISOString() === after.toISOString()
    : false;
}

/** Writes the place of a difference: `dependencies.serde.version`. */
export function shownPath({ path }: Difference): string {
  return path.map((key) => key || '""').join('.') || 'the whole';
}
