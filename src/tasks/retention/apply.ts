import type { Run } from '../../core/run.ts';
import type { Applied, Figures } from '../../core/step.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { readWalBytes } from '../../postgres/wal.ts';
import type { Deletion, RetentionStep } from './deletion.ts';
import { explainFailure } from './failure.ts';
import { readFigures, reported, type TableFigures } from './figures.ts';
import { followUp } from './follow-up.ts';
import { readReferencingKeys } from './foreign-keys.ts';
import type { Stop } from './gate.ts';
import { type Heap, heapsOf, readHeaps } from './heaps.ts';
import { readPolicyTable } from './policy-table.ts';
import { type Removed, removeRows } from './remove-rows.ts';
import { rangeByRange } from './row-mode.ts';
import { rowsLeft } from './rows-left.ts';
import type { StepContext } from './step-context.ts';
import { Tally } from './tally.ts';
import type { RetentionTarget } from './target.ts';

/** Carries out a policy, and looks afterwards whether it came to what it should. */
export async function applyPolicy(
  step: RetentionStep,
  target: RetentionTarget,
  run: Run,
): Promise<Applied> {
  const { policy, deletion } = step;
  if (!deletion) return { status: 'carried-over', error: 'it was not planned in time' };
  const changed = await whatChanged(step, deletion, target);
  if (changed) return { status: 'skipped', error: changed };
  await using held = await target.database.session();
  const { session } = held;
  const tally = new Tally();
  const context = { policy, deletion, session, target, run, tally };
  let ended: Applied;
  try {
    ended = await carryThrough(context);
  } catch (error) {
    const after = presumed(deletion, tally);
    ended = run.signal.aborted
      ? {
          status: 'cancelled',
          error: 'stopped on the server when the run was stopped',
          after,
        }
      : { status: 'failed', ...(await explainFailure(error, deletion, target)), after };
  }
  const findings = [...tally.findings, ...(ended.findings ?? [])];
  return { ...ended, findings, metrics: metricsOf(deletion, tally, ended) };
}

async function carryThrough(context: StepContext): Promise<Applied> {
  const { session, target, run, tally } = context;
  const { versionNumber } = target.database.server;
  const walBefore = await readWalBytes(session, versionNumber);
  let removed: Removed = { stop: null, deletedFrom: new Map() };
  try {
    removed = (await inTime(run, () => removeRows(context))) ?? {
      ...removed,
      stop: tooLate,
    };
  } finally {
    // Of a session that was lost nobody can tell.
    const walNow = await readWalBytes(session, versionNumber).catch(() => walBefore);
    tally.walBytes = walNow - walBefore;
  }
  const looked = removed.stop ? null : await inTime(run, () => secondLook(context));
  const stop = removed.stop ?? (looked ? null : tooLate);
  const left = looked?.expiredOf ?? presumedLeft(context);
  tally.findings.push(
    ...(stop?.findings ?? []),
    ...(await rangeByRange(session, () => rowsLeft(left, stop, context))),
  );
  if (target.inputs['follow-up'] === 'vacuum') {
    for (const [heap, rows] of removed.deletedFrom) {
      tally.findings.push(...(await followUp(heap, rows, context)));
    }
  }
  const after = looked ? reported(looked) : presumed(context.deletion, tally);
  const bytes = await currentBytes(context).catch(() => after['bytes'] ?? null);
  return stop
    ? { ...stopped(stop, tally), after: { ...after, bytes } }
    : { status: 'done', after: { ...after, bytes } };
}

/** The window was over before all could be deleted, or counted once more. */
const tooLate: Stop = { because: 'deadline', why: 'the deadline came' };

/** Null where the server has ended something because the window was over. */
async function inTime<Value>(
  run: Run,
  work: () => Promise<Value>,
): Promise<Value | null> {
  try {
    return await work();
  } catch (error) {
    const isStopped = sqlstateOf(error) === sqlstate.queryCanceled;
    if (isStopped && run.window.timeLeftMs() === 0 && !run.signal.aborted) return null;
    throw error;
  }
}

function stopped({ because, why }: Stop, { goneRows }: Tally): Applied {
  const done =
    goneRows > 0 ? 'stopped, and keeps what it has done' : 'nothing was deleted';
  const error = `${done}: ${why}`;
  if (because === 'deadline') return { status: 'cancelled', error };
  const leftBecause = because === 'budget' ? 'budget-spent' : 'findings';
  return { status: 'cancelled', error, leftBecause };
}

/** Counts once more what has expired: only that proves what was deleted. */
async function secondLook(context: StepContext): Promise<TableFigures> {
  const { deletion, session, target, run, tally } = context;
  const { scope, compressed } = deletion;
  const heaps = await currentHeaps(context);
  const pieceSeconds = target.inputs['batch-seconds'];
  const left = await rangeByRange(session, () =>
    readFigures(session, heaps, scope, pieceSeconds, run, {
      isCompressed: ({ oid }) => compressed.has(oid),
      boundsOf: deletion.figures.boundsOf,
    }),
  );
  // The server's estimate follows only with the next vacuum.
  const rows = Math.max(0, deletion.figures.rows - tally.goneRows);
  return left.isExact ? left : { ...left, rows };
}

/** The relations in which rows of the table lie by now. */
async function currentHeaps({ policy, deletion, session }: StepContext): Promise<Heap[]> {
  const oids = await heapsOf(session, deletion.table);
  return readHeaps(session, oids, { name: policy.column });
}

async function currentBytes(context: StepContext): Promise<number> {
  const heaps = await currentHeaps(context);
  return heaps.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What must be left where there was no time to look: what was counted less what is gone. */
function presumed({ figures }: Deletion, tally: Tally): Figures {
  return {
    ...reported(figures),
    expiredRows: Math.max(0, figures.expiredRows - tally.goneRows),
    rows: Math.max(0, figures.rows - tally.goneRows),
    oldest: null,
  };
}

/** The same by relation. */
function presumedLeft({ deletion, tally }: StepContext): Map<number, number> {
  return new Map(
    [...deletion.figures.expiredOf].map(([oid, rows]) => [
      oid,
      Math.max(0, rows - (tally.goneFrom.get(oid) ?? 0)),
    ]),
  );
}

function metricsOf(
  { cutoff, figures }: Deletion,
  tally: Tally,
  { status }: Applied,
): Record<string, number> {
  const { deletedRows, detachedRows, archivedRows, batches, droppedParts } = tally;
  const share = Math.min(1, tally.goneRows / Math.max(1, figures.expiredRows));
  return {
    deletedRows,
    ...(detachedRows > 0 && { detachedRows }),
    archivedRows,
    batches,
    ...(droppedParts > 0 && { droppedParts }),
    cutoff: cutoff.unixSeconds,
    longestBatchSeconds: Math.round(tally.longestBatchSeconds * 1000) / 1000,
    walBytes: tally.walBytes,
    ...(status !== 'done' && { doneBytes: Math.round(share * figures.expiredBytes) }),
  };
}

/** The plan may be hours old: on a table that is another one now nothing is deleted. */
async function whatChanged(
  { policy }: RetentionStep,
  { table, heaps, keys }: Deletion,
  { database }: RetentionTarget,
): Promise<string | null> {
  const now = await readPolicyTable(database, policy.table, policy.column);
  if (typeof now === 'string') return 'the table was dropped since the plan';
  const oids = heaps.map(({ oid }) => oid);
  const nowHeaps = await readHeaps(database, oids, { name: policy.column });
  const nowKeys = await readReferencingKeys(database, [now.oid, ...oids]);
  const known = (read: readonly Heap[]) => read.map(({ id, rights }) => [id, rights]);
  const before = [table, known(heaps), keys];
  return JSON.stringify([now, known(nowHeaps), nowKeys]) === JSON.stringify(before)
    ? null
    : 'the table, its triggers or the foreign keys that reference it are others than at the time of the plan: run it again';
}
