import { maxKeptCharacters } from '../../core/maintenance-log.ts';
import type { Policy } from './policies.ts';

/** Where the walk over a table stopped, so that the next run need not pass it all again. */
export type Cursor = { readonly time: string } | { readonly page: number };

/** By the oid of a relation and the condition of its policy: a hint, never a proof. */
export type Cursors = Map<string, Cursor>;

/** The key of a relation under a policy. */
export function cursorKey(
  heapOid: number,
  { column, where }: Pick<Policy, 'column' | 'where'>,
): string {
  return [heapOid, column, where?.slice(0, 200)].filter((one) => one != null).join(' ');
}

/** Reads what an earlier run has kept, as far as it can be understood. */
export function readCursors(kept: unknown): Cursors {
  const { cursors } = (kept ?? {}) as { cursors?: unknown };
  const entries = Object.entries(
    (cursors ?? {}) as Record<string, Partial<Record<'time' | 'page', unknown>>>,
  );
  return new Map(
    entries.flatMap(([key, cursor]): [string, Cursor][] => {
      if (typeof cursor?.time === 'string') return [[key, { time: cursor.time }]];
      if (Number.isSafeInteger(cursor?.page) && (cursor?.page as number) >= 0)
        return [[key, { page: cursor.page as number }]];
      return [];
    }),
  );
}

/** What is to be kept of the cursors, as far as there is room. */
export function keptCursors(cursors: Cursors): { cursors: Record<string, Cursor> } {
  let left = maxKeptCharacters - 100;
  const kept = [...cursors].filter((entry) => {
    left -= JSON.stringify(entry).length + 1;
    return left >= 0;
  });
  return { cursors: Object.fromEntries(kept) };
}
