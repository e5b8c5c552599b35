import type { Heap } from './heaps.ts';

/** A walk along the index reads the rows of one time again for each batch of them. */
const mostTiedRows = 50_000;

/**
 * Chooses how to go through a relation: along the index on the column, or by ranges of its
 * pages. The index leads from row to row, the worse the rows lie in order the more often to
 * the same page; the number of pages lies between that of rows in order and one for each
 * row, as the planner of PostgreSQL reckons for an index scan (`cost_index`). By pages, each
 * is read once, whatever lies in it.
 */
export function chooseWalk(heap: Heap, expiredRows: number): 'index' | 'pages' {
  if (heap.index === null || (heap.mostTiedRows ?? 0) > mostTiedRows) return 'pages';
  const rowsPerPage = (heap.estimatedRows ?? expiredRows) / Math.max(1, heap.pages);
  const inOrder = expiredRows / Math.max(1, rowsPerPage);
  const order = (heap.correlation ?? 0) ** 2;
  const alongIndex = expiredRows - order * (expiredRows - inOrder);
  return alongIndex <= heap.pages ? 'index' : 'pages';
}
