import type { Run } from '../../core/run.ts';
import { formatCount, formatSeconds } from '../../core/units.ts';
import { GaveWay, type Watch, watchCommand } from '../../postgres/command-watch.ts';
import { describeLockHolders, holderIsGone } from '../../postgres/lock-holders.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { waiterOn } from '../../postgres/waiters.ts';
import type { RunBatch } from './batches.ts';
import { cursorKey } from './cursors.ts';
import { lockedBy, type Stop, untilClear } from './gate.ts';
import type { Heap } from './heaps.ts';
import { rest } from './rest.ts';
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
const longestBatchMs = (targetSeconds: number) => Math.max(2000, targetSeconds * 4000);

/** A batch is tried again so often where others were in its way, or it was too slow. */
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
  const key = cursorKey(heap.oid, policy);
  const before = tally.deletedRows;
  let walk = startWalk(clearing, context);
  let failures = 0;
  try {
    while (!walk.isOver) {
      const stop = await untilClear(heap, target, run);
      if (stop) return stop;
      const attempt = await tryBatch(walk, clearing, context);
      if (attempt === 'tied' || isTooSlowTie(walk, attempt)) {
        walk = new PageWalk(whereOf(clearing, context), null);
        continue;
      }
      const { batch, failure } = attempt;
      if (batch) {
        tally.add(heap.oid, batch);
        walk.advance();
        walk.size.learn(batch.seconds);
        failures = 0;
        if (walk instanceof PageWalk && tally.deletedRows - before >= expiredRows) {
          return null;
        }
        writeProgress(heap, context);
        await rest(batch.seconds * target.inputs.pause * 1000, run);
      } else if (!isOver(run) && ++failures >= maxTries) {
        if (failure && isLock(failure)) {
          return lockedBy(heap.id, await lockHolders(heap, context));
        }
        if (failure && (walk.size.isSmallest || !isStopped(failure))) throw failure;
        if (!failure) {
          // Rows that change all the time come again at the end, as those that are locked.
          walk.advance();
          failures = 0;
        }
      }
      await makeWay(walk, heap, attempt, run);
    }
    return null;
  } finally {
    if (walk.cursor) target.cursors.set(key, walk.cursor);
    else target.cursors.delete(key);
  }
}

/** A range that was made longer for rows of one time, and is too long: pages divide it. */
function isTooSlowTie(walk: Walk, { failure }: Attempt): boolean {
  return walk instanceof IndexWalk && walk.isEnlarged && isStopped(failure);
}

/** Says who has locked a relation, or a table that references it. */
async function lockHolders(
  { oid }: Heap,
  { deletion, target }: StepContext,
): Promise<string> {
  for (const one of [oid, ...deletion.keys.map(({ tableOid }) => tableOid)]) {
    const holders = await describeLockHolders(target.database, one, one !== oid);
    if (holders) return holders;
  }
  return holderIsGone;
}

/** Makes the next batch smaller, and waits, where this one was in the way or too slow. */
async function makeWay(
  walk: Walk,
  { id }: Heap,
  { batch, hadWaiter, failure }: Attempt,
  run: Run,
): Promise<void> {
  if (isOver(run) || (batch && !hadWaiter)) return;
  run.log.info(`  ${id}: ${whyAgain(failure, hadWaiter)}`);
  if (failure && isStopped(failure) && !hadWaiter) {
    walk.size.shrink();
    return;
  }
  if (hadWaiter) walk.size.halve();
  await rest(giveWayMs, run);
}

function whereOf(
  { heap, unreferenced, mostBytes }: Clearing,
  { deletion, target }: StepContext,
): Where {
  const { column, isOld, alias, expired } = deletion.scope;
  return {
    heap,
    column,
    isOld,
    alias,
    condition: [expired, unreferenced].filter(Boolean).join(' and '),
    targetSeconds: target.inputs['batch-seconds'],
    ...(mostBytes !== undefined && { mostBytes }),
  };
}

function startWalk(clearing: Clearing, context: StepContext): Walk {
  const { heap, expiredRows, isAgain } = clearing;
  const { policy, target } = context;
  const kept = target.cursors.get(cursorKey(heap.oid, policy)) ?? null;
  const from = isAgain ? null : kept;
  return chooseWalk(heap, expiredRows) === 'index'
    ? new IndexWalk(whereOf(clearing, context), from)
    : new PageWalk(whereOf(clearing, context), from);
}

/** What came of trying a batch: neither a batch nor a failure where it is to be tried anew. */
interface Attempt {
  readonly batch: Batch | null;
  readonly hadWaiter: boolean;
  readonly failure: Error | null;
}

/** Runs a batch under watch. Throws only what trying again cannot mend. */
async function tryBatch(
  walk: Walk,
  { heap, runBatch }: Clearing,
  context: StepContext,
): Promise<Attempt | 'tied'> {
  const { session, target, run } = context;
  const targetSeconds = target.inputs['batch-seconds'];
  const leftMs = run.window.timeLeftMs() ?? Number.POSITIVE_INFINITY;
  const timeoutMs = Math.min(leftMs, longestBatchMs(targetSeconds));
  let hadWaiter = () => false;
  const cleanUps: (() => Promise<void>)[] = [];
  const later = (cleanUp: () => Promise<void>) => cleanUps.push(cleanUp);
  try {
    await using watch = watchForWaiters(heap, targetSeconds, context);
    hadWaiter = watch.hadWaiter;
    const batch = await target.database.cancelOnAbort(session, watch.signal, async () =>
      (await walk.aim(session, timeoutMs))
        ? runBatch(session, heap, walk.select.bind(walk), timeoutMs, later)
        : 'tied',
    );
    if (batch === 'tied') return batch;
    return { batch, hadWaiter: hadWaiter(), failure: null };
  } catch (error) {
    run.signal.throwIfAborted();
    if (!isTransient(error)) throw error;
    return { batch: null, hadWaiter: hadWaiter(), failure: error as Error };
  } finally {
    for (const cleanUp of cleanUps) await cleanUp();
  }
}

function isOver(run: Run): boolean {
  return run.window.timeLeftMs() === 0;
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
    // A row may have come to be referenced in the very moment.
    sqlstate.foreignKeyViolation,
  ];
  return transient.includes(sqlstateOf(error));
}

function isLock(error: unknown): boolean {
  return sqlstateOf(error) === sqlstate.lockNotAvailable;
}

function whyAgain(failure: Error | null, hadWaiter: boolean): string {
  if (hadWaiter) return 'gives way to others; the next batch is smaller';
  if (!failure) return 'tries again, for rows have changed since they were archived';
  return isStopped(failure)
    ? 'a batch took too long; the next one is smaller'
    : `tries again, after: ${failure.message}`;
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

function writeProgress({ id }: Heap, { run, tally }: StepContext): void {
  if (!tally.isLineDue()) return;
  const { deletedRows, batches, longestBatchSeconds } = tally;
  run.log.info(
    `  ${id}: ${formatCount(deletedRows)} rows deleted in ${formatCount(batches)} batches, the longest of ${formatSeconds(longestBatchSeconds)}`,
  );
}
