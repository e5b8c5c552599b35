import { type Finding, finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import { formatCount } from '../../core/units.ts';
import { ownApplicationName } from '../../postgres/open-database.ts';
import { countStandbys } from '../../postgres/replicas.ts';
import { readState, whyNothingHappened } from '../../postgres/table-state.ts';
import { vacuumCommand } from '../../postgres/vacuum-command.ts';
import { horizonFinding, horizonHolders } from '../../postgres/xmin-horizon.ts';
import type { Heap } from './heaps.ts';
import type { StepContext } from './step-context.ts';

/** So much of what was deleted may still be there; more is worth a word. */
const keptShare = 0.1;

/**
 * Vacuums and analyzes a relation from which rows were deleted, in what is left of the
 * window. Never throws but where the run is stopped: the rows are deleted, and what could
 * not be done behind that is a finding.
 */
export async function followUp(
  heap: Heap,
  deletedRows: number,
  { session, target, run }: StepContext,
): Promise<Finding[]> {
  const { database } = target;
  if ((await target.spentWalBudgetBytes()) !== null) {
    return [notDone(heap, 'the budget for WAL was spent')];
  }
  const timeoutMs = run.window.timeLeftMs();
  if (timeoutMs === 0) return [notDone(heap, 'the window was over')];
  const { versionNumber } = database.server;
  const command = vacuumCommand(heap.id, {
    analyze: true,
    hasStandbys: (await countStandbys(database)) > 0,
  });
  try {
    const before = await readState(session, heap, versionNumber);
    if (!before?.mayMaintain) {
      return [notDone(heap, `role ${database.server.role} may not vacuum it`)];
    }
    // What this session has deleted must be counted before: ANALYZE leaves it out.
    await session.query('select pg_stat_force_next_flush()');
    run.log.info(`  ${command}`);
    const notices = await database.cancelOnAbort(session, run.signal, () =>
      session.command(command, timeoutMs),
    );
    const after = await readState(session, heap, versionNumber);
    if (!after) return [];
    const problem = whyNothingHappened('vacuum-analyze', before, after, notices);
    if (problem !== null) return [notDone(heap, problem)];
    const dead = Number(after.figures['deadTuples']);
    if (dead < Math.max(50, keptShare * deletedRows)) return [];
    const [holder] = await horizonHolders(database, ownApplicationName(run));
    const consequence = `${formatCount(dead)} dead rows could not be removed from ${heap.id}.`;
    return holder ? [horizonFinding(holder, consequence)] : [];
  } catch (error) {
    run.signal.throwIfAborted();
    return [notDone(heap, messageOf(error))];
  }
}

function notDone({ id }: Heap, why: string): Finding {
  return finding(
    'no-follow-up',
    id,
    `Rows were deleted from ${id}, and it was not vacuumed and analyzed behind that: ${why}.`,
  );
}
