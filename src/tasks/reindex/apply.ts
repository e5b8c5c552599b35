import { finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import type { Applied, Figures } from '../../core/step.ts';
import { describeLockHolders } from '../../postgres/lock-holders.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { readWalBytes } from '../../postgres/wal.ts';
import { rebuiltBaseline } from './baselines.ts';
import { dropLeftovers, leftoversOf } from './clean-up.ts';
import type { ReindexStep } from './make-plan.ts';
import { claimDisk, whyNotNow } from './obstacles.ts';
import type { Rebuild, Removal } from './plan.ts';
import {
  type IndexState,
  type Proof,
  proveRebuild,
  readIndexState,
  rounded,
} from './prove.ts';
import { explainFailure } from './rebuild-failure.ts';
import type { ReindexTarget } from './target.ts';
import { watchRebuild } from './wait-watch.ts';

/** Rebuilds an index, or drops what an earlier rebuild has left. */
export function applyStep(
  step: ReindexStep,
  target: ReindexTarget,
  run: Run,
): Promise<Applied> {
  return step.kind === 'removal'
    ? applyRemoval(step, target, run)
    : applyRebuild(step, target, run);
}

async function applyRemoval(
  { leftover }: Removal,
  { database }: ReindexTarget,
  run: Run,
): Promise<Applied> {
  const left = await dropLeftovers([leftover], database, run);
  const error = left.get(leftover);
  if (error === undefined) {
    return { status: 'done', before: { bytes: leftover.bytes }, after: { bytes: 0 } };
  }
  return {
    status: 'carried-over',
    error: `not dropped: ${error}`,
    budgetSpent: true,
    retryAfterMs: database.lockTimeoutMs,
  };
}

async function applyRebuild(
  step: Rebuild,
  target: ReindexTarget,
  run: Run,
): Promise<Applied> {
  try {
    const obstacle = await whyNotNow(step, target, run);
    if (obstacle) return obstacle;
    using claim = await claimDisk(step, target);
    if (claim.obstacle) return claim.obstacle;
    return await rebuild(step, target, run);
  } catch (error) {
    if (run.signal.aborted) {
      return { status: 'carried-over', error: 'not begun: the run was stopped before' };
    }
    if (sqlstateOf(error) === sqlstate.lockNotAvailable) {
      return lockedTable(step, target);
    }
    throw error;
  }
}

/** Somebody needs the table for himself: not even the size of its index can be asked. */
async function lockedTable(
  { index }: Rebuild,
  { database }: ReindexTarget,
): Promise<Applied> {
  const holders =
    (await describeLockHolders(database, index.table.oid, false)) ??
    'whoever held the lock has let it go since';
  return {
    status: 'carried-over',
    error: `not begun: the table was locked for longer than lock-timeout: ${holders}`,
    budgetSpent: true,
    retryAfterMs: database.lockTimeoutMs,
    findings: [
      finding(
        'table-locked',
        index.table.id,
        `${index.table.id} was locked: ${holders}.`,
      ),
    ],
  };
}

/** What came of the command itself. */
interface Attempt {
  readonly failure: Applied | null;
  readonly seconds: number;
  readonly walBytes: number | null;
}

/**
 * Rebuilds the index, and clears away what a failure leaves. Where the new index has
 * already taken the place of the old one by then, the rebuild has succeeded.
 */
async function rebuild(step: Rebuild, target: ReindexTarget, run: Run): Promise<Applied> {
  const { database } = target;
  const before = await readIndexState(database, step.index);
  if (!before)
    return { status: 'skipped', error: 'the index was dropped since the plan' };
  const attempt = await runCommand(step, target, run);
  const figures = {
    before: figuresBefore(step, before),
    seconds: attempt.seconds,
    metrics: attempt.walBytes === null ? {} : { walBytes: attempt.walBytes },
  };
  if (attempt.failure === null) {
    return { ...figures, ...(await prove(step, before, target, run)) };
  }
  const { isSwapped, left } = await cleanUp(step, target, run);
  if (isSwapped) return { ...figures, ...(await prove(step, before, target, run)) };
  const error = [attempt.failure.error, left].filter(Boolean).join('; ');
  return { ...figures, ...attempt.failure, error };
}

function figuresBefore({ evidence }: Rebuild, { bytes }: IndexState): Figures {
  return {
    bytes,
    bloat: evidence ? rounded(evidence.bloat) : null,
    evidence: evidence?.kind ?? null,
    marginOfError: evidence ? rounded(evidence.margin) : null,
  };
}

async function runCommand(
  step: Rebuild,
  { database, inputs, wal }: ReindexTarget,
  run: Run,
): Promise<Attempt> {
  const { versionNumber } = database.server;
  await using held = await database.session();
  const { session } = held;
  const limits = { maxWaitMs: inputs['max-wait'], walBudgetBytes: inputs['wal-budget'] };
  await wal.spentBytes();
  const walBefore = await readWalBytes(session, versionNumber);
  const begunMs = performance.now();
  let signal = run.signal;
  let failure: Applied | null = null;
  try {
    await using watch = watchRebuild(step, session.pid, limits, wal, database, run);
    signal = watch.signal;
    await database.cancelOnAbort(session, signal, () =>
      // Waits have the watch; a lock timeout would end a build whose work is done.
      session.command(step.command, run.window.timeLeftMs(), { lock_timeout: '0' }),
    );
  } catch (error) {
    failure = explainFailure(error, step, run, signal);
  }
  const seconds = (performance.now() - begunMs) / 1000;
  const walAfter = await readWalBytes(session, versionNumber).catch(() => null);
  return { failure, seconds, walBytes: walAfter === null ? null : walAfter - walBefore };
}

/** Drops what the rebuild has left. Says what is still there, and why. */
async function cleanUp(
  { index }: Rebuild,
  { database, memory }: ReindexTarget,
  run: Run,
): Promise<{ isSwapped: boolean; left: string | null }> {
  try {
    const leftovers = await leftoversOf(index, memory.others, database);
    const left = await dropLeftovers(leftovers, database, run);
    const stays = [...left].map(([{ id }, why]) => `${id} stays behind: ${why}`);
    return {
      isSwapped: leftovers.some(({ kind }) => kind === 'ccold'),
      left: stays.length > 0 ? stays.join('; ') : null,
    };
  } catch (error) {
    const left = `whether anything stays behind is not known: ${messageOf(error)}`;
    return { isSwapped: false, left };
  }
}

async function prove(
  step: Rebuild,
  before: IndexState,
  target: ReindexTarget,
  run: Run,
): Promise<Applied> {
  const { index } = step;
  await using held = await target.database.session();
  const proof: Proof = await proveRebuild(step, before, held.session, target, run);
  const { after, error, findings } = proof;
  const bytes = Number(after['bytes'] ?? 0);
  const baselines = rebuiltBaseline(target.memory.baselines, index, bytes);
  if (baselines !== target.memory.baselines) target.remember({ baselines }, run);
  return error === null
    ? { status: 'done', after, findings }
    : { status: 'failed', after, error, findings };
}
