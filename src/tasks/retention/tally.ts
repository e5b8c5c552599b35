import type { Finding } from '../../core/finding.ts';
import type { Batch } from './walks.ts';

/** What a step has done so far, also over several attempts. */
export class Tally {
  deletedRows = 0;
  archivedRows = 0;
  batches = 0;
  droppedParts = 0;
  /** Rows that were found and locked, and that a trigger has kept. */
  keptByTrigger = 0;
  longestBatchSeconds = 0;
  walBytes = 0;
  /** What is to be said, however the step ends. */
  readonly findings: Finding[] = [];
  #nextLineMs = Date.now() + 10_000;

  /** Counts a batch. */
  add({ found, deleted }: Batch, seconds: number): void {
    this.deletedRows += deleted;
    this.keptByTrigger += found - deleted;
    this.batches++;
    this.longestBatchSeconds = Math.max(this.longestBatchSeconds, seconds);
  }

  /** Counts a part that was dropped or detached as a whole. */
  addPart(rows: number, seconds: number): void {
    this.deletedRows += rows;
    this.droppedParts++;
    this.add({ found: 0, deleted: 0, first: null, last: null }, seconds);
  }

  /** Whether it is time for another line of progress: every ten seconds at most. */
  isLineDue(): boolean {
    if (Date.now() < this.#nextLineMs) return false;
    this.#nextLineMs = Date.now() + 10_000;
    return true;
  }
}
