import { formatBytes } from '../../core/units.ts';
import { asBloat, type Evidence } from './evidence.ts';
import type { Index } from './indexes.ts';

/** Bytes a row that an index was known to do with, by the index's id. */
export type Baselines = Readonly<Record<string, number>>;

/** Smaller ones say nothing: their first pages weigh too much. */
const tellingBytes = 128 * 1024;

/** Rows are an estimate, and new rows need not be as wide as those before. */
const margin = 0.1;

/** Whether an index is judged by its size a row: pages of other kinds cannot be compared. */
export function needsBaseline({ method }: Pick<Index, 'method'>): boolean {
  return method !== 'btree' && method !== 'brin';
}

/**
 * Judges an index by the bytes a row that it did with before; null where no run has
 * measured that yet.
 */
export function bloatSinceBaseline(index: Index, baselines: Baselines): Evidence | null {
  const now = bytesPerRow(index);
  const before = baselines[index.id];
  if (now === null || before === undefined) return null;
  return {
    kind: 'baseline',
    bloat: asBloat(1 - before / now),
    margin,
    detail: `${formatBytes(now)} a row, ${formatBytes(before)} at its best`,
  };
}

/** The baselines after a look at the indexes: the least that each has done with. */
export function updatedBaselines(
  baselines: Baselines,
  indexes: readonly Index[],
): Baselines {
  const updated: [string, number][] = [];
  for (const index of indexes) {
    const now = needsBaseline(index) ? bytesPerRow(index) : null;
    const before = baselines[index.id];
    const least = Math.min(now ?? Number.POSITIVE_INFINITY, before ?? now ?? 0);
    if (now !== null || before !== undefined) updated.push([index.id, rounded(least)]);
  }
  return Object.fromEntries(updated);
}

/** The baselines after a rebuild: what the index does with now, be it more than before. */
export function rebuiltBaseline(
  baselines: Baselines,
  index: Index,
  bytes: number,
): Baselines {
  const now = bytesPerRow({ ...index, bytes });
  if (!needsBaseline(index) || now === null) return baselines;
  return { ...baselines, [index.id]: rounded(now) };
}

function bytesPerRow({ bytes, rows }: Index): number | null {
  if (bytes === null || bytes < tellingBytes || rows === null || rows < 1) return null;
  return bytes / rows;
}

function rounded(bytes: number): number {
  return Number(bytes.toPrecision(4));
}
