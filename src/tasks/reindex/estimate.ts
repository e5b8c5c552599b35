import { builtBtree } from './btree-model.ts';
import { asBloat, type Evidence } from './evidence.ts';
import type { Index } from './indexes.ts';
import type { KnownColumn } from './key-columns.ts';

/** The first stage: what the catalog lets us expect of a build. */
export interface Estimate {
  readonly evidence: Evidence;
  /** Share of the room on leaf pages that a build would take. */
  readonly builtDensity: number;
}

/** From here on, an average of the rows a key is near enough. */
const manyRows = 30;

/** Margins of error, measured against builds of 40 shapes (docs/benchmarks.md). */
const margins = {
  certain: 0.03,
  sharedKeys: 0.05,
  /** How few rows a key has, the statistics do not tell well. */
  fewRowsAKey: 0.15,
  unknownWidths: 0.15,
  partial: 1,
} as const;

/**
 * Estimates the bloat of a B-tree without reading anything but the catalog; null where it
 * knows too little: no statistics, or none that our role may see.
 */
export function estimateBloat(
  { bytes, rows, isUnique, isPartial, fillfactor, mayDeduplicate, table }: Index,
  columns: readonly KnownColumn[],
  blockSizeBytes: number,
): Estimate | null {
  if (rows === null || !bytes || columns.length === 0) return null;
  const deduplicates =
    mayDeduplicate && !isUnique && columns.every(({ isEqualImage }) => isEqualImage);
  // Of a fixed width and never merged, a column needs no statistics.
  const isEnough = (column: KnownColumn) =>
    column.isKnown || (column.widthBytes !== null && !deduplicates);
  if (!columns.every(isEnough)) return null;
  const description = { rows, columns, deduplicates, fillfactor, blockSizeBytes };
  const built = builtBtree(description);
  const guesses = [
    columns.some(hasUnknownWidths) && margins.unknownWidths,
    deduplicates &&
      (isOfFewRowsAKey(rows, columns) ? margins.fewRowsAKey : margins.sharedKeys),
    // The statistics are those of all rows, not of the part that the index has.
    isPartial && (deduplicates || columns.some(variesByPart)) && margins.partial,
    margins.certain,
  ].filter((margin) => margin !== false);
  return {
    evidence: {
      kind: 'estimate',
      bloat: asBloat(1 - built.bytes / bytes),
      margin: Math.min(1, Math.max(...guesses) + table.changedShare / 2),
      detail: 'from the catalog',
    },
    builtDensity: built.leafDensity,
  };
}

function isOfFewRowsAKey(rows: number, columns: readonly KnownColumn[]): boolean {
  const distinct = columns.map((one) =>
    one.distinct < 0 ? -one.distinct * rows : one.distinct,
  );
  // One column that has hardly two equal values is enough for a key to a row.
  if (distinct.some((count) => count > rows * 0.99)) return false;
  const keys = distinct.reduce((product, count) => product * count, 1);
  return rows / Math.max(1, keys) < manyRows;
}

/** Whether the part of the rows in a partial index may have other widths, or no NULLs. */
function variesByPart({ widthBytes, nullShare }: KnownColumn): boolean {
  return widthBytes === null || nullShare > 0;
}

/** Whether values are of widths that the statistics have no example of. */
function hasUnknownWidths(column: KnownColumn): boolean {
  const { widthBytes, sampledWidths, commonWidths } = column;
  return widthBytes === null && sampledWidths.length + commonWidths.length === 0;
}
