import { finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import type { Applied, Figures } from '../../core/step.ts';
import type { Database } from '../../postgres/database.ts';
import { describeLockHolders } from '../../postgres/lock-holders.ts';
import { mayMaintainSql } from '../../postgres/privileges.ts';
import type { Notice, Session } from '../../postgres/session.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { readWalBytes } from '../../postgres/wal.ts';
import type { PlannedStep } from './plan.ts';
import type { Throttle } from './throttle.ts';
import { GaveWay, watchStep } from './watch.ts';

/** A step of the plan, with what keeps it from getting in the way of others. */
export interface VacuumStep extends PlannedStep {
  readonly throttle: Throttle;
}

/** So long at least others have the way for themselves. */
const giveWayMs = 5000;

/** What a table looks like right before or after its step. */
interface TableState {
  readonly id: string;
  readonly mayMaintain: boolean;
  readonly vacuumCount: number;
  readonly analyzeCount: number;
  readonly file: number | null;
  readonly figures: Figures;
}

type StateRow = Omit<TableState, 'figures'> & Record<string, number | null>;

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
    await using watch = watchStep(step.id, session.pid, database, step.throttle, run);
    signal = watch.signal;
    return await database.cancelOnAbort(session, signal, () =>
      proveStep(step, session, database.server.versionNumber, run, progress),
    );
  } catch (error) {
    return { ...progress, ...(await explainFailure(error, step, database, run, signal)) };
  }
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
  return {
    ...conclude(step, before, after, notices),
    before: progress.before,
    after: { ...after.figures, bytes },
    metrics: { walBytes },
    seconds,
  };
}

const dropped: Applied = {
  status: 'skipped',
  error: 'the table was dropped since the plan',
};

async function readState(
  session: Session,
  { oid }: VacuumStep,
  versionNumber: number,
): Promise<TableState | undefined> {
  const [row] = await session.query<StateRow>(
    `\
select format('%I.%I', n.nspname, c.relname) as id,
  ${mayMaintainSql(versionNumber)} as "mayMaintain",
  pg_stat_get_vacuum_count(c.oid) as "vacuumCount",
  pg_stat_get_analyze_count(c.oid) as "analyzeCount",
  nullif(c.relfilenode, 0)::int8 as file,
  pg_stat_get_dead_tuples(c.oid) as "deadTuples",
  pg_stat_get_live_tuples(c.oid) as "liveTuples",
  case when c.relkind <> 'p' then age(c.relfrozenxid) end as "xidAge",
  c.relallvisible as "allVisiblePages"
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid = $1`,
    [oid],
  );
  if (!row) return undefined;
  const { id, mayMaintain, vacuumCount, analyzeCount, file, ...figures } = row;
  return { id, mayMaintain, vacuumCount, analyzeCount, file, figures };
}

/** Measures a table with its TOAST table; waits for whoever has locked it exclusively. */
async function readBytes(session: Session, { oid }: VacuumStep): Promise<number | null> {
  const [row] = await session.query<{ bytes: number | null }>(
    'select pg_table_size($1::oid) as bytes',
    [oid],
  );
  return row?.bytes ?? null;
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

/**
 * Decides whether the command did anything. PostgreSQL skips a table with no more than a
 * warning, and reports success, where the role is not its owner.
 */
function conclude(
  step: VacuumStep,
  before: TableState,
  after: TableState,
  notices: readonly Notice[],
): Applied {
  const { work } = step;
  const vacuumed =
    work === 'analyze' ||
    // A rewritten table has another file; it is not counted as vacuumed.
    (work === 'rewrite'
      ? after.file !== before.file
      : after.vacuumCount > before.vacuumCount);
  const analyzed = work === 'vacuum' || after.analyzeCount > before.analyzeCount;
  if (vacuumed && analyzed) return { status: 'done' };
  const said =
    notices.map(({ message }) => message).join('; ') || 'the server said nothing';
  return {
    status: 'failed',
    error: `the server reported success, but did not ${vacuumed ? 'analyze' : 'vacuum'} the table: ${said}`,
  };
}

async function explainFailure(
  error: unknown,
  step: VacuumStep,
  database: Database,
  run: Run,
  signal: AbortSignal,
): Promise<Applied> {
  const message = error instanceof Error ? error.message : String(error);
  if (run.signal.aborted) {
    return {
      status: 'cancelled',
      error: 'stopped on the server when the run was stopped',
    };
  }
  if (signal.reason instanceof GaveWay) {
    return {
      status: 'cancelled',
      error: `stopped on the server to give way: ${signal.reason.message}`,
      retryAfterMs: giveWayMs,
    };
  }
  switch (sqlstateOf(error)) {
    case sqlstate.lockNotAvailable: {
      const holders = await describeLockHolders(
        database,
        step.oid,
        step.work === 'rewrite',
      );
      return {
        status: 'failed',
        error: `the table was locked for longer than lock-timeout: ${holders}`,
        retryAfterMs: database.lockTimeoutMs,
        findings: [
          finding('table-locked', step.id, `${step.id} was locked: ${holders}.`),
        ],
      };
    }
    case sqlstate.undefinedTable:
      return dropped;
    case sqlstate.queryCanceled:
      return run.window.timeLeftMs() === 0
        ? { status: 'cancelled', error: 'stopped on the server at the deadline' }
        : { status: 'failed', error: `somebody cancelled it: ${message}` };
    default:
      return { status: 'failed', error: message };
  }
}
