import { setTimeout as delay } from 'node:timers/promises';
import { mostBatchBytes } from './archive/consignment.ts';
import { openArchive } from './archive/open.ts';
import { archivedBefore } from './archive/part.ts';
import type { ArchivePlace } from './archive/places.ts';
import { archiveBatch } from './archive/rows.ts';
import { settleArchive } from './archive/settle.ts';
import { deleteBatch } from './batches.ts';
import { keptCursors } from './cursors.ts';
import { clearHeap } from './delete-rows.ts';
import { dropParts } from './drop-parts.ts';
import { readFigures } from './figures.ts';
import { unreferencedSql } from './foreign-keys.ts';
import type { Stop } from './gate.ts';
import type { Heap } from './heaps.ts';
import type { StepContext } from './step-context.ts';

/** What came of removing the rows of a policy. */
export interface Removed {
  /** Why it stopped before the end; null where it came to it. */
  readonly stop: Stop | null;
  /** Relations from which rows were deleted one by one, and how many. */
  readonly deletedFrom: ReadonlyMap<Heap, number>;
}

/** Rows that others have locked come again at the end, so often at most. */
const maxPasses = 4;
const betweenPassesMs = 1000;

/** Drops what has expired as a whole, then deletes what has expired row by row. */
export async function removeRows(context: StepContext): Promise<Removed> {
  const { policy, target, run, tally } = context;
  const place = policy.archive ? await openArchive(policy.archive, context) : null;
  if (place) {
    tally.findings.push(...(await settleArchive(target.database, place, run.signal)));
  }
  const deletedFrom = new Map<Heap, number>();
  const before = place ? archivedBefore(place, context) : async () => null;
  const stop = await dropParts(context, before);
  if (stop) return { stop, deletedFrom };
  try {
    return { stop: await deleteAll(context, place, deletedFrom), deletedFrom };
  } finally {
    run.keep(keptCursors(target.cursors));
  }
}

async function deleteAll(
  context: StepContext,
  place: ArchivePlace | null,
  deletedFrom: Map<Heap, number>,
): Promise<Stop | null> {
  const { policy, deletion, session, target, run, tally } = context;
  const { heaps, scope, keys } = deletion;
  const unreferenced = unreferencedSql(keys, scope.alias);
  let left = deletion.figures.expiredOf;
  for (let pass = 1; pass <= maxPasses; pass++) {
    const before = tally.deletedRows;
    for (const heap of heaps) {
      const expiredRows = left.get(heap.oid) ?? 0;
      if (expiredRows === 0) continue;
      const deletedBefore = tally.deletedRows;
      const clearing = {
        heap,
        unreferenced,
        expiredRows,
        runBatch: place ? archiveBatch(place, context) : deleteBatch(scope),
        isAgain: pass > 1,
        ...(policy.archive && { mostBytes: mostBatchBytes }),
      };
      const stop = await clearHeap(clearing, context);
      const deleted = tally.deletedRows - deletedBefore;
      if (deleted > 0) deletedFrom.set(heap, (deletedFrom.get(heap) ?? 0) + deleted);
      if (stop) return stop;
    }
    const deleted = tally.deletedRows - before;
    // The second look that proves it is yet to come.
    if (deleted >= sum(heaps.map(({ oid }) => left.get(oid) ?? 0))) return null;
    // A row that references another of its own table goes first, and that one next time.
    if (pass > 2 && deleted === 0) return null;
    const pieceSeconds = target.inputs['batch-seconds'];
    const { boundsOf } = deletion.figures;
    left = (await readFigures(session, heaps, scope, pieceSeconds, run, { boundsOf }))
      .expiredOf;
    if (deleted > 0) continue;
    const restMs = Math.min(betweenPassesMs, run.window.timeLeftMs() ?? betweenPassesMs);
    await delay(restMs, undefined, { signal: run.signal });
  }
  return null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
