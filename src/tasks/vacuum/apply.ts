import { finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import type { Applied, Figures } from '../../core/step.ts';
import type { Database } from '../../postgres/database.ts';
import { describeLockHolders } from '../../postgres/lock-holders.ts';
import { mayMaintainSql } from '../../postgres/privileges.ts';
import type { Notice, Session } from '../../postgres/session.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import type { VacuumStep } from './plan.ts';

/** What a table looks like right before or after its step. */
interface TableState {
  readonly id: string;
  readonly mayMaintain: boolean;
  readonly vacuumCount: number;
  readonly analyzeCount: number;
  readonly figures: Figures;
}

type StateRow = Omit<TableState, 'figures'> & Record<string, number | null>;

/** Vacuums or analyzes one table, and proves by the server's counters that it happened. */
export async function applyStep(
  step: VacuumStep,
  database: Database,
  run: Run,
): Promise<Applied> {
  await using held = await database.session();
  const { session } = held;
  const progress: { before?: Figures } = {};
  try {
    return await database.cancelOnAbort(session, run.signal, () =>
      proveStep(step, session, database.server.versionNumber, run, progress),
    );
  } catch (error) {
    return { ...progress, ...(await explainFailure(error, step, database, run)) };
  }
}

/** @param progress keeps the figures from before, should the command fail */
async function proveStep(
  step: VacuumStep,
  session: Session,
  versionNumber: number,
  run: Run,
  progress: { before?: Figures },
): Promise<Applied> {
  const before = await readState(session, step, versionNumber);
  if (!before) return dropped;
  const obstacle = whyNot(step, before);
  if (obstacle) return obstacle;
  progress.before = { ...before.figures, bytes: await readBytes(session, step) };
  const notices = await session.command(step.command, run.window.timeLeftMs() ?? 0);
  const after = await readState(session, step, versionNumber);
  if (!after) return dropped;
  // Somebody may have locked the table meanwhile; the step is done all the same.
  const bytes = await readBytes(session, step).catch(() => null);
  return {
    ...conclude(step, before, after, notices),
    before: progress.before,
    after: { ...after.figures, bytes },
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
  pg_stat_get_dead_tuples(c.oid) as "deadTuples",
  pg_stat_get_live_tuples(c.oid) as "liveTuples",
  case when c.relkind <> 'p' then age(c.relfrozenxid) end as "xidAge",
  c.relallvisible as "allVisiblePages"
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid = $1`,
    [oid],
  );
  if (!row) return undefined;
  const { id, mayMaintain, vacuumCount, analyzeCount, ...figures } = row;
  return { id, mayMaintain, vacuumCount, analyzeCount, figures };
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
  const vacuumed = !step.vacuums || after.vacuumCount > before.vacuumCount;
  const analyzed = !step.analyzes || after.analyzeCount > before.analyzeCount;
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
): Promise<Applied> {
  const message = error instanceof Error ? error.message : String(error);
  if (run.signal.aborted) {
    return {
      status: 'cancelled',
      error: 'stopped on the server when the run was stopped',
    };
  }
  switch (sqlstateOf(error)) {
    case sqlstate.lockNotAvailable: {
      const holders = await describeLockHolders(database, step.oid);
      return {
        status: 'failed',
        error: `the table was locked for longer than lock-timeout: ${holders}`,
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
