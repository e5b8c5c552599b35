import type { Finding } from '../../core/finding.ts';
import type { Batch } from './walks.ts';

/** What a step has done so far. */
export class Tally {
  deletedRows = 0;
  /** Rows that are no longer in the table, and still in a partition that was detached. */
  detachedRows = 0;
  archivedRows = 0;
  batches = 0;
  /** Chunks and partitions that were dropped or detached. */
  droppedParts = 0;
  /** Rows that were found and locked, and that a trigger has kept. */
  keptByTrigger = 0;
  longestBatchSeconds = 0;
  walBytes = 0;
  /** What is to be said, however the step ends. */
  readonly findings: Finding[] = [];
  #nextLineMs = Date.now() + 10_000;

  /** Rows that have left the table. */
  get goneRows(): number {
    return this.deletedRows + this.detachedRows;
  }

  /** Rows that have left a relation, by its oid. */
  readonly goneFrom = new Map<number, number>();

  /** Counts a batch. */
  add(heapOid: number, { found, deleted, transactionSeconds }: Batch): void {
    this.deletedRows += deleted;
    this.keptByTrigger += found - deleted;
    this.#count(heapOid, deleted, transactionSeconds);
  }

  /** Counts the rows of one relation of a part that was dropped or detached as a whole. */
  addPart(heapOid: number, rows: number, seconds: number, isDetached: boolean): void {
    if (isDetached) this.detachedRows += rows;
    else this.deletedRows += rows;
    this.#count(heapOid, rows, seconds);
  }

  #count(heapOid: number, rows: number, seconds: number): void {
    this.batches++;
    this.goneFrom.set(heapOid, (this.goneFrom.get(heapOid) ?? 0) + rows);
    this.longestBatchSeconds = Math.max(this.longestBatchSeconds, seconds);
  }

  /** Whether it is time for another line of progress: every ten seconds at most. */
  isLineDue(): boolean {
    if (Date.now() < this.#nextLineMs) return false;
    this.#nextLineMs = Date.now() + 10_000;
    return true;
  }
}
