import { setTimeout as delay } from 'node:timers/promises';
import type { Run } from '../../core/run.ts';
import { formatCount, formatSeconds } from '../../core/units.ts';
import { GaveWay, watchCommand } from '../../postgres/command-watch.ts';
import type { Session } from '../../postgres/session.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { waiterOn } from '../../postgres/waiters.ts';
import type { RunBatch } from './batches.ts';
import { cursorKey } from './cursors.ts';
import type { Scope } from './figures.ts';
import { type Stop, untilClear } from './gate.ts';
import type { Heap } from './heaps.ts';
import type { Tally } from './tally.ts';
import type { RetentionTarget } from './target.ts';
import { chooseWalk } from './walk-choice.ts';
import { type Batch, IndexWalk, PageWalk, type Walk, type Where } from './walks.ts';

/** What is to be deleted from one relation. */
export interface Clearing {
  readonly heap: Heap;
  readonly scope: Scope;
  /** Of the policy; for the place where the walk stopped. */
  readonly where: string | null;
  /** The SQL condition under which nothing else keeps a row; '' where nothing can. */
  readonly unreferenced: string;
  /** As many as were counted; the walk may end once they are gone. */
  readonly expiredRows: number;
  /** Begins there rather than where an earlier run has stopped. */
  readonly fromTime?: string | null;
  readonly runBatch: RunBatch;
  /** What a batch may take up in memory, where its rows are read. */
  readonly mostBytes?: number;
}

/** A batch is cancelled after so many times its time where somebody waits for its locks. */
const mostTimes = 2;

/** So long nothing is done after somebody had to wait. */
const giveWayMs = 1000;

/** However slow: a batch that takes longer than that is broken off, and is tried smaller. */
const longestBatchMs = (targetSeconds: number) => Math.max(5000, targetSeconds * 10_000);

/** A batch that a deadlock or a lock of others has ended is tried again so often. */
const maxTries = 4;

/**
 * Deletes the expired rows of a relation, batch after batch, with a pause after each. What
 * one batch has deleted stays deleted. Says why it stopped where it did not come to the end.
 */
export async function clearHeap(
  clearing: Clearing,
  session: Session,
  target: RetentionTarget,
  run: Run,
  tally: Tally,
): Promise<Stop | null> {
  const { heap } = clearing;
  const { pause } = target.inputs;
  const key = cursorKey(heap.oid, clearing.where);
  let walk = startWalk(clearing, target);
  const before = tally.deletedRows;
  try {
    while (!walk.isOver) {
      const stop = await untilClear(heap, target, run);
      if (stop) return stop;
      const begunMs = performance.now();
      const batch = await carefully(walk, clearing, session, target, run);
      const seconds = (performance.now() - begunMs) / 1000;
      if (!batch) continue;
      walk.advance(batch);
      walk.size.learn(seconds);
      tally.add(batch, seconds);
      if (walk instanceof IndexWalk && walk.isTied)
        walk = new PageWalk(whereOf(clearing, target), null);
      if (walk instanceof PageWalk && tally.deletedRows - before >= clearing.expiredRows)
        return null;
      progressLine(clearing, tally, run);
      await rest(seconds * pause * 1000, run);
    }
    return null;
  } finally {
    if (walk.cursor) target.cursors.set(key, walk.cursor);
    else target.cursors.delete(key);
  }
}

function whereOf(clearing: Clearing, { inputs }: RetentionTarget): Where {
  const { heap, scope, unreferenced, mostBytes } = clearing;
  return {
    heap,
    column: scope.column,
    alias: scope.alias,
    condition: [scope.expired, unreferenced].filter(Boolean).join(' and '),
    targetSeconds: inputs['batch-seconds'],
    ...(mostBytes !== undefined && { mostBytes }),
  };
}

function startWalk(clearing: Clearing, target: RetentionTarget): Walk {
  const { heap, expiredRows, fromTime, where } = clearing;
  const isAgain = fromTime !== undefined;
  const kept = isAgain ? undefined : target.cursors.get(cursorKey(heap.oid, where));
  const from = isAgain && fromTime !== null ? { time: fromTime } : (kept ?? null);
  return chooseWalk(heap, expiredRows) === 'index'
    ? new IndexWalk(whereOf(clearing, target), from)
    : new PageWalk(whereOf(clearing, target), from);
}

/** Runs a batch under watch; null where it was broken off, and is to be tried smaller. */
async function carefully(
  walk: Walk,
  { heap, runBatch }: Clearing,
  session: Session,
  target: RetentionTarget,
  run: Run,
): Promise<Batch | null> {
  const { database, inputs } = target;
  const targetSeconds = inputs['batch-seconds'];
  for (let tries = 1; ; tries++) {
    const begunMs = Date.now();
    let hadWaiter = false;
    try {
      await using watch = watchCommand({
        id: heap.id,
        run,
        pollMs: 200,
        async whyToStop() {
          const waiter = await waiterOn(database, session.pid);
          hadWaiter ||= waiter !== null;
          const isLate = Date.now() - begunMs > mostTimes * targetSeconds * 1000;
          return waiter !== null && isLate ? new GaveWay(waiter) : null;
        },
        progress: async () => 'one batch is still at work',
      });
      const leftMs = run.window.timeLeftMs() ?? Number.POSITIVE_INFINITY;
      const timeoutMs = Math.min(leftMs, longestBatchMs(targetSeconds));
      const batch = await database.cancelOnAbort(session, watch.signal, () =>
        runBatch(session, heap, walk.select.bind(walk), timeoutMs),
      );
      if (hadWaiter) await giveWay(walk, run, heap);
      return batch;
    } catch (error) {
      run.signal.throwIfAborted();
      const isOver = run.window.timeLeftMs() === 0;
      switch (sqlstateOf(error)) {
        case sqlstate.queryCanceled:
          // At the deadline the caller sees by itself that there is no time left.
          if (isOver) return null;
          if (walk.size.isSmallest && tries >= maxTries) throw error;
          await giveWay(walk, run, heap);
          return null;
        case sqlstate.deadlockDetected:
        case sqlstate.serializationFailure:
          if (tries >= maxTries) throw error;
          await giveWay(walk, run, heap);
          continue;
        case sqlstate.lockNotAvailable:
          if (tries >= maxTries || isOver) throw error;
          await rest(giveWayMs * tries, run);
          continue;
        default:
          throw error;
      }
    }
  }
}

async function giveWay(walk: Walk, run: Run, { id }: Heap): Promise<void> {
  walk.size.halve();
  run.log.info(`  ${id}: gives way to others; the next batch is smaller`);
  await rest(giveWayMs, run);
}

/** Pauses, but not beyond the window. */
async function rest(ms: number, run: Run): Promise<void> {
  const restMs = Math.min(ms, run.window.timeLeftMs() ?? ms);
  if (restMs > 0) await delay(restMs, undefined, { signal: run.signal });
}

function progressLine({ heap }: Clearing, tally: Tally, run: Run): void {
  if (!tally.isLineDue()) return;
  run.log.info(
    `  ${heap.id}: ${formatCount(tally.deletedRows)} rows deleted in ${formatCount(tally.batches)} batches, the longest of ${formatSeconds(tally.longestBatchSeconds)}`,
  );
}
