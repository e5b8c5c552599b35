import { setTimeout as delay } from 'node:timers/promises';
import type { Run } from '../../core/run.ts';
import type { Session } from '../../postgres/session.ts';
import { type ArchivePlace, mostBatchBytes } from './archive/archive.ts';
import { openArchive } from './archive/open.ts';
import { type ArchivedPart, archivePart, PartChanged } from './archive/part.ts';
import { archiveBatch } from './archive/rows.ts';
import { settleArchive } from './archive/settle.ts';
import { deleteBatch, type RunBatch } from './batches.ts';
import { keptCursors } from './cursors.ts';
import { clearHeap } from './delete-rows.ts';
import { type BeforeDrop, dropParts } from './drop-parts.ts';
import { countingLimits, readFigures } from './figures.ts';
import { unreferencedSql } from './foreign-keys.ts';
import type { Stop } from './gate.ts';
import type { Heap } from './heaps.ts';
import type { Deletion, RetentionStep } from './plan-policy.ts';
import type { Tally } from './tally.ts';
import type { RetentionTarget } from './target.ts';

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
export async function removeRows(
  step: RetentionStep,
  deletion: Deletion,
  session: Session,
  target: RetentionTarget,
  run: Run,
  tally: Tally,
): Promise<Removed> {
  const { archive } = step.policy;
  const place = archive
    ? await openArchive(step.policy, archive, deletion, target, run)
    : null;
  if (place) {
    tally.findings.push(
      ...(await settleArchive(target.database, place.store, place, run.signal)),
    );
  }
  const deletedFrom = new Map<Heap, number>();
  let number = 0;
  const nextNumber = () => ++number;
  const archivesPart = beforeDrop(
    deletion,
    place,
    nextNumber,
    session,
    target,
    run,
    tally,
  );
  let stop = await dropParts(deletion, archivesPart, session, target, run, tally);
  const newBatch = (): RunBatch =>
    place
      ? archiveBatch(deletion.scope, place, nextNumber, (rows) => {
          tally.archivedRows += rows;
        })
      : deleteBatch(deletion.scope);
  try {
    if (!stop)
      stop = await deleteAll(
        step,
        deletion,
        newBatch,
        deletedFrom,
        session,
        target,
        run,
        tally,
      );
  } finally {
    run.keep(keptCursors(target.cursors));
  }
  return { stop, deletedFrom };
}

async function deleteAll(
  { policy }: RetentionStep,
  deletion: Deletion,
  newBatch: () => RunBatch,
  deletedFrom: Map<Heap, number>,
  session: Session,
  target: RetentionTarget,
  run: Run,
  tally: Tally,
): Promise<Stop | null> {
  const { heaps, scope, keys, figures } = deletion;
  const unreferenced = unreferencedSql(keys, scope.alias);
  let left: { of: ReadonlyMap<number, number>; oldest: string | null } = {
    of: figures.expiredOf,
    oldest: null,
  };
  for (let pass = 1; pass <= maxPasses; pass++) {
    const before = tally.deletedRows;
    const runBatch = newBatch();
    for (const heap of heaps) {
      const expiredRows = left.of.get(heap.oid) ?? 0;
      if (expiredRows === 0) continue;
      const deletedBefore = tally.deletedRows;
      const clearing = {
        heap,
        scope,
        where: policy.where,
        unreferenced,
        expiredRows,
        runBatch,
        ...(policy.archive && { mostBytes: mostBatchBytes }),
        ...(pass > 1 && { fromTime: left.oldest }),
      };
      const stop = await clearHeap(clearing, session, target, run, tally);
      const deleted = tally.deletedRows - deletedBefore;
      if (deleted > 0) deletedFrom.set(heap, (deletedFrom.get(heap) ?? 0) + deleted);
      if (stop) return stop;
    }
    const limits = countingLimits(run, target.inputs['batch-seconds']);
    const now = await readFigures(session, heaps, scope, limits);
    if (now.expiredRows === 0) return null;
    // A row that references another of the same table goes first, and that one next time.
    const isInVain = pass > 2 && tally.deletedRows === before;
    if (isInVain) return null;
    left = { of: now.expiredOf, oldest: null };
    if (tally.deletedRows === before) {
      const restMs = Math.min(
        betweenPassesMs,
        run.window.timeLeftMs() ?? betweenPassesMs,
      );
      await delay(restMs, undefined, { signal: run.signal });
    }
  }
  return null;
}

function beforeDrop(
  { scope }: Deletion,
  place: ArchivePlace | null,
  nextNumber: () => number,
  session: Session,
  { inputs }: RetentionTarget,
  run: Run,
  tally: Tally,
): BeforeDrop {
  return async (part) => {
    if (!place) return null;
    const seconds = inputs['batch-seconds'];
    const archived: ArchivedPart = await archivePart(
      part,
      scope,
      place,
      nextNumber(),
      session,
      seconds,
      run,
    );
    return {
      lastLook: archived.lastLook,
      async settle() {
        tally.archivedRows += archived.rows;
        await archived.settle();
      },
      async discard() {
        await archived.discard().catch(() => {});
      },
      stopFor: (error) =>
        error instanceof PartChanged ? { because: 'others', why: error.message } : null,
    };
  };
}
