import { setTimeout as delay } from 'node:timers/promises';
import type { Run } from '../../core/run.ts';
import { formatCount, formatSeconds } from '../../core/units.ts';
import { GaveWay, type Watch, watchCommand } from '../../postgres/command-watch.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { waiterOn } from '../../postgres/waiters.ts';
import type { RunBatch } from './batches.ts';
import { cursorKey } from './cursors.ts';
import { type Stop, untilClear } from './gate.ts';
import type { Heap } from './heaps.ts';
import type { StepContext } from './step-context.ts';
import { chooseWalk } from './walk-choice.ts';
import { type Batch, IndexWalk, PageWalk, type Walk, type Where } from './walks.ts';

/** What is to be deleted from one relation. */
export interface Clearing {
  readonly heap: Heap;
  /** The SQL condition under which nothing else keeps a row; '' where nothing can. */
  readonly unreferenced: string;
  /** As many as were counted; the walk by pages may end once they are gone. */
  readonly expiredRows: number;
  readonly runBatch: RunBatch;
  /** Begins at the beginning, rather than where an earlier run has stopped. */
  readonly isAgain: boolean;
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
  context: StepContext,
): Promise<Stop | null> {
  const { heap, expiredRows } = clearing;
  const { policy, target, run, tally } = context;
  const key = cursorKey(heap.oid, policy.where);
  const before = tally.deletedRows;
  let walk = startWalk(clearing, context);
  try {
    while (!walk.isOver) {
      const stop = await untilClear(heap, target, run);
      if (stop) return stop;
      const batch = await runCarefully(walk, clearing, context);
      if (!batch) continue;
      walk.advance(batch);
      walk.size.learn(batch.seconds);
      tally.add(batch);
      if (walk instanceof PageWalk && tally.deletedRows - before >= expiredRows) break;
      if (walk instanceof IndexWalk && walk.isTied) {
        walk = new PageWalk(whereOf(clearing, context), null);
      }
      writeProgress(heap, context);
      await rest(batch.seconds * target.inputs.pause * 1000, run);
    }
    return null;
  } finally {
    if (walk.cursor) target.cursors.set(key, walk.cursor);
    else target.cursors.delete(key);
  }
}

function whereOf(
  { heap, unreferenced, mostBytes }: Clearing,
  { deletion, target }: StepContext,
): Where {
  const { column, alias, expired } = deletion.scope;
  return {
    heap,
    column,
    alias,
    condition: [expired, unreferenced].filter(Boolean).join(' and '),
    targetSeconds: target.inputs['batch-seconds'],
    ...(mostBytes !== undefined && { mostBytes }),
  };
}

function startWalk(clearing: Clearing, context: StepContext): Walk {
  const { heap, expiredRows, isAgain } = clearing;
  const { policy, target } = context;
  const kept = target.cursors.get(cursorKey(heap.oid, policy.where)) ?? null;
  const from = isAgain ? null : kept;
  return chooseWalk(heap, expiredRows) === 'index'
    ? new IndexWalk(whereOf(clearing, context), from)
    : new PageWalk(whereOf(clearing, context), from);
}

/** Runs a batch under watch; null where it was broken off, and is to be tried again. */
async function runCarefully(
  walk: Walk,
  { heap, runBatch }: Clearing,
  context: StepContext,
): Promise<Batch | null> {
  const { session, target, run } = context;
  const targetSeconds = target.inputs['batch-seconds'];
  for (let tries = 1; ; tries++) {
    try {
      await using watch = watchForWaiters(heap, targetSeconds, context);
      const leftMs = run.window.timeLeftMs() ?? Number.POSITIVE_INFINITY;
      const timeoutMs = Math.min(leftMs, longestBatchMs(targetSeconds));
      const batch = await target.database.cancelOnAbort(session, watch.signal, () =>
        runBatch(session, heap, walk.select.bind(walk), timeoutMs),
      );
      if (watch.hadWaiter()) await giveWay(walk, run, heap);
      return batch;
    } catch (error) {
      run.signal.throwIfAborted();
      // At the deadline the caller sees by itself that there is no time left.
      if (run.window.timeLeftMs() === 0 && isTransient(error)) return null;
      const isSmallest = walk.size.isSmallest || !isStopped(error);
      if (!isTransient(error) || (tries >= maxTries && isSmallest)) throw error;
      if (isStopped(error)) {
        await giveWay(walk, run, heap);
        return null;
      }
      await rest(giveWayMs * tries, run);
    }
  }
}

/** Ended by us, by its own time limit, or by somebody: smaller, it may go through. */
function isStopped(error: unknown): boolean {
  return sqlstateOf(error) === sqlstate.queryCanceled;
}

/** May go through when it is tried again. */
function isTransient(error: unknown): boolean {
  const transient: (string | undefined)[] = [
    sqlstate.queryCanceled,
    sqlstate.deadlockDetected,
    sqlstate.serializationFailure,
    sqlstate.lockNotAvailable,
  ];
  return transient.includes(sqlstateOf(error));
}

/** Stops a batch that takes too long while somebody waits for what it has locked. */
function watchForWaiters(
  { id }: Heap,
  targetSeconds: number,
  { session, target, run }: StepContext,
): Watch & { hadWaiter(): boolean } {
  const begunMs = Date.now();
  let hadWaiter = false;
  const watch = watchCommand({
    id,
    run,
    pollMs: 200,
    async whyToStop() {
      const waiter = await waiterOn(target.database, session.pid);
      hadWaiter ||= waiter !== null;
      const isLate = Date.now() - begunMs > mostTimes * targetSeconds * 1000;
      return waiter !== null && isLate ? new GaveWay(waiter) : null;
    },
    progress: async () => 'one batch is still at work',
  });
  return { ...watch, hadWaiter: () => hadWaiter };
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

function writeProgress({ id }: Heap, { run, tally }: StepContext): void {
  if (!tally.isLineDue()) return;
  const { deletedRows, batches, longestBatchSeconds } = tally;
  run.log.info(
    `  ${id}: ${formatCount(deletedRows)} rows deleted in ${formatCount(batches)} batches, the longest of ${formatSeconds(longestBatchSeconds)}`,
  );
}
