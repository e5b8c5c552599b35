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

  /** Counts a batch. */
  add({ found, deleted, seconds }: Batch): void {
    this.deletedRows += deleted;
    this.keptByTrigger += found - deleted;
    this.#count(seconds);
  }

  /** Counts a part that was dropped or detached as a whole. */
  addPart(rows: number, seconds: number, isDetached: boolean): void {
    if (isDetached) this.detachedRows += rows;
    else this.deletedRows += rows;
    this.droppedParts++;
    this.#count(seconds);
  }

  #count(seconds: number): void {
    this.batches++;
    this.longestBatchSeconds = Math.max(this.longestBatchSeconds, seconds);
  }

  /** Whether it is time for another line of progress: every ten seconds at most. */
  isLineDue(): boolean {
    if (Date.now() < this.#nextLineMs) return false;
    this.#nextLineMs = Date.now() + 10_000;
    return true;
  }
}
