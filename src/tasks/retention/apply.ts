import { finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import type { Applied, Figures } from '../../core/step.ts';
import { describeLockHolders } from '../../postgres/lock-holders.ts';
import type { Session } from '../../postgres/session.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { readWalBytes } from '../../postgres/wal.ts';
import { S3Failure } from '../../s3/s3-failure.ts';
import { NotTheSame } from './archive/archive.ts';
import { countingLimits, readFigures, reported, type TableFigures } from './figures.ts';
import { followUp } from './follow-up.ts';
import { readReferencingKeys, unreferencedSql } from './foreign-keys.ts';
import { readHeaps } from './heaps.ts';
import type { Deletion, RetentionStep } from './plan-policy.ts';
import { readPolicyTable } from './policy-table.ts';
import { removeRows } from './remove-rows.ts';
import { rowsLeft } from './rows-left.ts';
import { Tally } from './tally.ts';
import type { RetentionTarget } from './target.ts';

/** Carries out a policy, and looks afterwards whether it came to what it should. */
export async function applyPolicy(
  step: RetentionStep,
  target: RetentionTarget,
  run: Run,
): Promise<Applied> {
  const { deletion } = step;
  if (!deletion)
    return { status: 'skipped', ...(step.skipBecause && { error: step.skipBecause }) };
  const changed = await whatChanged(step, deletion, target);
  if (changed) return { status: 'skipped', error: changed };
  const tally = new Tally();
  const done = (status: Applied['status'], more: Partial<Applied> = {}): Applied => ({
    ...more,
    status,
    findings: [...tally.findings, ...(more.findings ?? [])],
    metrics: metricsOf(deletion, tally, status),
  });
  try {
    return await target.walking((session) =>
      work(step, deletion, session, target, run, tally, done),
    );
  } catch (error) {
    if (run.signal.aborted) {
      return done('cancelled', {
        error: 'stopped on the server when the run was stopped',
        after: presumed(deletion, tally),
      });
    }
    return done('failed', {
      ...(await explain(error, deletion, target)),
      after: presumed(deletion, tally),
    });
  }
}

async function work(
  step: RetentionStep,
  deletion: Deletion,
  session: Session,
  target: RetentionTarget,
  run: Run,
  tally: Tally,
  done: (status: Applied['status'], more?: Partial<Applied>) => Applied,
): Promise<Applied> {
  const { versionNumber } = target.database.server;
  const walBefore = await readWalBytes(session, versionNumber);
  const removed = await removeRows(step, deletion, session, target, run, tally);
  // What one run has written, others apart as far as the server tells.
  tally.walBytes = (await readWalBytes(session, versionNumber)) - walBefore;
  if (target.inputs['follow-up'] === 'vacuum') {
    for (const [heap, rows] of removed.deletedFrom) {
      tally.findings.push(...(await followUp(heap, rows, target.database, run)));
    }
  }
  const { stop } = removed;
  const left = stop ? null : await secondLook(deletion, session, target, run);
  const after = left ? reported(left) : presumed(deletion, tally);
  const of = left?.expiredOf ?? presumedLeft(deletion, tally);
  const rows = left?.expiredRows ?? Number(after['expiredRows']);
  const unreferenced = unreferencedSql(deletion.keys, deletion.scope.alias);
  tally.findings.push(
    ...(await rowsLeft(
      deletion,
      { rows, of },
      stop,
      unreferenced,
      session,
      target,
      run,
      tally,
    )),
  );
  if (!stop) return done('done', { after });
  return done('cancelled', {
    after,
    error: `stopped, and keeps what it has done: ${stop.why}`,
    ...(stop.because === 'budget' && { leftBecause: 'budget-spent' }),
    ...(stop.because === 'others' && { leftBecause: 'findings' }),
  });
}

/** Counts once more what has expired: only that proves what was deleted. */
async function secondLook(
  { allHeaps, table, scope, compressed }: Deletion,
  session: Session,
  { inputs }: RetentionTarget,
  run: Run,
): Promise<TableFigures> {
  const heaps = await readHeaps(session, allHeaps, { name: table.column?.name ?? '' });
  const limits = countingLimits(run, inputs['batch-seconds']);
  return readFigures(session, heaps, scope, limits, {
    isCompressed: ({ oid }) => compressed.has(oid),
  });
}

/** What must be left where there was no time to look: what was counted less what was done. */
function presumed({ figures }: Deletion, { deletedRows }: Tally): Figures {
  return {
    ...reported(figures),
    expiredRows: Math.max(0, figures.expiredRows - deletedRows),
    rows: Math.max(0, figures.rows - deletedRows),
    oldest: null,
  };
}

/** The same by relation; which of them the rows were deleted from does not matter then. */
function presumedLeft(
  { figures }: Deletion,
  { deletedRows }: Tally,
): Map<number, number> {
  let gone = deletedRows;
  return new Map(
    [...figures.expiredOf].map(([oid, rows]) => {
      const taken = Math.min(gone, rows);
      gone -= taken;
      return [oid, rows - taken];
    }),
  );
}

function metricsOf(
  { cutoff, figures }: Deletion,
  tally: Tally,
  status: Applied['status'],
): Record<string, number> {
  const { deletedRows, archivedRows, batches, droppedParts, walBytes } = tally;
  const share = Math.min(1, deletedRows / Math.max(1, figures.expiredRows));
  return {
    deletedRows,
    batches,
    archivedRows,
    cutoff: cutoff.unixSeconds,
    walBytes,
    longestBatchSeconds: Math.round(tally.longestBatchSeconds * 1000) / 1000,
    ...(droppedParts > 0 && { droppedParts }),
    ...(status !== 'done' && { doneBytes: Math.round(share * figures.expiredBytes) }),
  };
}

/** The plan may be hours old: on a table that is another one now nothing is deleted. */
async function whatChanged(
  { policy }: RetentionStep,
  { table, keys }: Deletion,
  { database }: RetentionTarget,
): Promise<string | null> {
  const now = await readPolicyTable(database, policy.table, policy.column);
  if (typeof now === 'string') return 'the table was dropped since the plan';
  const same = (one: unknown, other: unknown) =>
    JSON.stringify(one) === JSON.stringify(other);
  const nowKeys = await readReferencingKeys(database, now.oid);
  return same(now, table) && same(nowKeys, keys)
    ? null
    : 'the table, its triggers or the foreign keys that reference it are others than at the time of the plan: run it again';
}

/** Says what went wrong: what came back, who was in the way, what to do. */
async function explain(
  error: unknown,
  { table }: Deletion,
  { database }: RetentionTarget,
): Promise<Partial<Applied>> {
  const message = messageOf(error);
  if (error instanceof S3Failure || error instanceof NotTheSame) {
    return {
      error: `archiving failed, and the rows were left where they are: ${message}`,
      findings: [finding('archive-failed', table.id, `${table.id}: ${message}.`)],
    };
  }
  switch (sqlstateOf(error)) {
    case sqlstate.lockNotAvailable: {
      const holders =
        (await describeLockHolders(database, table.oid, true)) ??
        'whoever held the lock has let it go since';
      return {
        error: `the table, or one that references it, was locked for longer than lock-timeout: ${holders}`,
        findings: [
          finding('table-locked', table.id, `${table.id} was locked: ${holders}.`),
        ],
      };
    }
    case sqlstate.queryCanceled:
      return {
        error: `even the smallest batch took too long, or somebody cancelled it: ${message}. Look at its triggers, and at tables that reference it`,
      };
    default: {
      const { detail, hint } = error as { detail?: string; hint?: string };
      return { error: [message, detail, hint].filter(Boolean).join('; ') };
    }
  }
}
