import { finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import type { Applied, Figures } from '../../core/step.ts';
import { formatBytes } from '../../core/units.ts';
import { whoLocked } from '../../postgres/lock-holders.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { rebuiltBaseline } from './baselines.ts';
import { cleanUp, dropLeftovers } from './clean-up.ts';
import { isMeasured } from './evidence.ts';
import { describeEvidence } from './evidence-words.ts';
import type { ReindexStep } from './make-plan.ts';
import { claimDisk, whyNotNow } from './obstacles.ts';
import { isDisappointing, type Rebuild, type Removal } from './plan.ts';
import {
  type IndexState,
  type Proof,
  proveRebuild,
  readIndexState,
  rounded,
} from './prove.ts';
import { runCommand } from './rebuild-command.ts';
import type { ReindexTarget } from './target.ts';

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
    leftBecause: 'findings',
    retryAfterMs: database.lockTimeoutMs,
  };
}

async function applyRebuild(
  step: Rebuild,
  target: ReindexTarget,
  run: Run,
): Promise<Applied> {
  let before: IndexState | undefined;
  try {
    const obstacle = await whyNotNow(step, target, run);
    if (obstacle) return obstacle;
    before = await readIndexState(target.database, step.index);
  } catch (error) {
    if (run.signal.aborted) {
      return { status: 'carried-over', error: 'not begun: the run was stopped before' };
    }
    if (sqlstateOf(error) === sqlstate.lockNotAvailable) {
      return lockedTable(step, target);
    }
    throw error;
  }
  if (!before) {
    return { status: 'skipped', error: 'the index was dropped since the plan' };
  }
  using claim = await claimDisk(step, target);
  return claim.obstacle ?? (await rebuild(step, before, target, run));
}

/** Somebody needs the table for himself: not even the size of its index can be asked. */
async function lockedTable(
  { index }: Rebuild,
  { database }: ReindexTarget,
): Promise<Applied> {
  const holders = await whoLocked(database, index.table.oid, false);
  return {
    status: 'carried-over',
    error: `not begun: the table was locked for longer than lock-timeout: ${holders}`,
    leftBecause: 'findings',
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

/**
 * Rebuilds the index, and clears away what a failure leaves. Where the new index has
 * already taken the place of the old one by then, the rebuild has succeeded.
 */
async function rebuild(
  step: Rebuild,
  before: IndexState,
  target: ReindexTarget,
  run: Run,
): Promise<Applied> {
  const attempt = await runCommand(step, target, run);
  const figures = {
    before: figuresBefore(step, before),
    seconds: attempt.seconds,
    metrics: attempt.walBytes === null ? {} : { walBytes: attempt.walBytes },
  };
  if (attempt.failure === null) {
    return { ...figures, ...(await prove(step, before, target, run)) };
  }
  const { isSwapped, isUnclean, left, findings } = await cleanUp(step, target, run);
  const unclean = isUnclean ? { isUnclean } : {};
  if (isSwapped) {
    const proven = await prove(step, before, target, run);
    const all = [...(proven.findings ?? []), ...findings];
    return { ...figures, ...proven, ...unclean, findings: all };
  }
  return {
    ...figures,
    ...attempt.failure,
    ...unclean,
    error: [attempt.failure.error, left].filter(Boolean).join('; '),
    findings: [...(attempt.failure.findings ?? []), ...findings],
  };
}

function figuresBefore({ evidence }: Rebuild, { bytes }: IndexState): Figures {
  return {
    bytes,
    bloat: evidence ? rounded(evidence.bloat) : null,
    evidence: evidence?.kind ?? null,
    marginOfError: evidence ? rounded(evidence.margin) : null,
  };
}

async function prove(
  step: Rebuild,
  before: IndexState,
  target: ReindexTarget,
  run: Run,
): Promise<Applied> {
  const { index } = step;
  await using held = await target.database.session();
  const proof = await proveRebuild(step, before, held.session, target, run).catch(
    (error): Proof => ({
      after: {},
      error: null,
      findings: [
        finding(
          'not-checked',
          step.id,
          `${step.id} was rebuilt, and could not be looked at afterwards: ${messageOf(error)}`,
        ),
      ],
    }),
  );
  const { after, error } = proof;
  let { findings } = proof;
  const bytes = Number(after['bytes'] ?? before.bytes);
  const baselines = rebuiltBaseline(target.memory.baselines, index, bytes);
  if (baselines !== target.memory.baselines) target.remember({ baselines }, run);
  const { evidence } = step;
  const isUnproven = evidence !== null && !isMeasured(evidence.kind);
  if (isUnproven && isDisappointing(figuresBefore(step, before), after)) {
    const message = `${step.id} was rebuilt because of ${describeEvidence(evidence)}, and has ${formatBytes(bytes)} after ${formatBytes(before.bytes)}.`;
    findings = [...findings, finding('estimate-wrong', step.id, message)];
  }
  return error === null
    ? { status: 'done', after, findings }
    : { status: 'failed', after, error, findings };
}
