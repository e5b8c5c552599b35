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
import { readFigures, rowsIn } from './figures.ts';
import { unreferencedSql } from './foreign-keys.ts';
import type { Stop } from './gate.ts';
import type { Heap } from './heaps.ts';
import { withLockTimeout } from './lock-timeout.ts';
import { rest } from './rest.ts';
import { rangeByRange } from './row-mode.ts';
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
  const { policy, session, target, run, tally } = context;
  const place = policy.archive ? await openArchive(policy.archive, context) : null;
  if (place) {
    tally.findings.push(...(await settleArchive(target.database, place, run.signal)));
  }
  const deletedFrom = new Map<Heap, number>();
  const before = place ? archivedBefore(place, context) : async () => null;
  const dropped = await dropParts(context, before);
  try {
    const stop =
      dropped.stop ??
      (await rangeByRange(session, () =>
        withLockTimeout(mostLockMs, session, target, () =>
          deleteAll(context, place, deletedFrom),
        ),
      ));
    const { changed, failures } = dropped;
    if (failures.length > 0)
      throw new Error(`not all could be dropped: ${failures.join('; ')}`);
    if (stop || changed.length === 0) return { stop, deletedFrom };
    return { stop: { because: 'others', why: changed.join('; ') }, deletedFrom };
  } finally {
    run.keep(keptCursors(target.cursors));
  }
}

/** A lock is waited for less long than a batch may take: else nobody could say who had it. */
const mostLockMs = 1000;

async function deleteAll(
  context: StepContext,
  place: ArchivePlace | null,
  deletedFrom: Map<Heap, number>,
): Promise<Stop | null> {
  const { policy, deletion, session, target, run, tally } = context;
  const { heaps, scope, keys } = deletion;
  const unreferenced = unreferencedSql(keys, scope.alias);
  const oids = heaps.map(({ oid }) => oid);
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
    if (deleted >= rowsIn(oids, left)) return null;
    // A row that references another of its own table goes first, and that one next time.
    if (pass > 2 && deleted === 0) return null;
    const pieceSeconds = target.inputs['batch-seconds'];
    const { boundsOf } = deletion.figures;
    left = (await readFigures(session, heaps, scope, pieceSeconds, run, { boundsOf }))
      .expiredOf;
    if (deleted === 0) await rest(betweenPassesMs, run);
  }
  return null;
}
