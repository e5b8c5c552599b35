import type { Run } from '../../core/run.ts';
import type { Applied, Figures } from '../../core/step.ts';
import { GaveWay, type Watch, watchCommand } from '../../postgres/command-watch.ts';
import type { Database } from '../../postgres/database.ts';
import type { Session } from '../../postgres/session.ts';
import {
  readBytes,
  readState,
  type TableState,
  whyNothingHappened,
} from '../../postgres/table-state.ts';
import { readWalBytes } from '../../postgres/wal.ts';
import type { PlannedStep } from './plan.ts';
import { describeProgress } from './progress.ts';
import { dropped, explainFailure } from './step-failure.ts';
import type { Throttle } from './throttle.ts';

/** A step of the plan, with what keeps it from getting in the way of others. */
export interface VacuumStep extends PlannedStep {
  readonly throttle: Throttle;
}

/** What is known of a step, should its command fail. */
interface Progress {
  before?: Figures;
}

/** Vacuums or analyzes one table, and proves by the server's counters that it happened. */
export async function applyStep(
  step: VacuumStep,
  database: Database,
  run: Run,
): Promise<Applied> {
  await using held = await database.session();
  const { session } = held;
  const progress: Progress = {};
  let signal = run.signal;
  try {
    const lag = await step.throttle.untilReplicasFollow(run);
    if (lag)
      return { status: 'carried-over', error: `not begun until the deadline: ${lag}` };
    await using watch = watchStep(step, session.pid, database, run);
    signal = watch.signal;
    return await database.cancelOnAbort(session, signal, () =>
      proveStep(step, session, database.server.versionNumber, run, progress),
    );
  } catch (error) {
    return { ...progress, ...(await explainFailure(error, step, database, run, signal)) };
  }
}

function watchStep(
  { id, throttle }: VacuumStep,
  pid: number,
  database: Database,
  run: Run,
): Watch {
  return watchCommand({
    id,
    run,
    async whyToStop() {
      const reason = await throttle.whyToGiveWay(pid);
      return reason === null ? null : new GaveWay(reason);
    },
    progress: (seconds) => describeProgress(database, pid, seconds),
  });
}

/** @param progress keeps the figures from before, should the command fail */
async function proveStep(
  step: VacuumStep,
  session: Session,
  versionNumber: number,
  run: Run,
  progress: Progress,
): Promise<Applied> {
  const before = await readState(session, step, versionNumber);
  if (!before) return dropped;
  const obstacle = whyNot(step, before);
  if (obstacle) return obstacle;
  progress.before = { ...before.figures, bytes: await readBytes(session, step) };
  const walBefore = await readWalBytes(session, versionNumber);
  const begunMs = performance.now();
  const timeoutMs = run.window.timeLeftMs();
  const { settings } = step.throttle;
  const notices = await session.command(step.command, timeoutMs, settings);
  const seconds = (performance.now() - begunMs) / 1000;
  const walBytes = (await readWalBytes(session, versionNumber)) - walBefore;
  const after = await readState(session, step, versionNumber);
  if (!after) return dropped;
  // Somebody may have locked the table meanwhile; the step is done all the same.
  const bytes = await readBytes(session, step).catch(() => null);
  const error = whyNothingHappened(step.work, before, after, notices);
  return {
    ...(error === null ? { status: 'done' } : { status: 'failed', error }),
    before: progress.before,
    after: { ...after.figures, bytes },
    metrics: { walBytes },
    seconds,
  };
}

/** The plan may be hours old: a table that is another one now is left alone. */
function whyNot(step: VacuumStep, state: TableState): Applied | undefined {
  if (state.id !== step.id) {
    return {
      status: 'skipped',
      error: `the table was renamed since the plan: ${state.id}`,
    };
  }
  if (!state.mayMaintain) {
    return {
      status: 'failed',
      error: 'the right to vacuum the table was lost since the plan',
    };
  }
  return undefined;
}
