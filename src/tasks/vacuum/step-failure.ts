import { finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import type { Applied } from '../../core/step.ts';
import { GaveWay } from '../../postgres/command-watch.ts';
import type { Database } from '../../postgres/database.ts';
import { whoLocked } from '../../postgres/lock-holders.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import type { PlannedStep } from './plan.ts';

/** So long at least others have the way for themselves. */
const giveWayMs = 5000;

/** What becomes of a step whose table is gone. */
export const dropped: Applied = {
  status: 'skipped',
  error: 'the table was dropped since the plan',
};

/** Says what became of a step that threw: what came back, who was in the way. */
export async function explainFailure(
  error: unknown,
  step: PlannedStep,
  database: Database,
  run: Run,
  signal: AbortSignal,
): Promise<Applied> {
  const message = messageOf(error);
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
      const holders = await whoLocked(database, step.oid, step.work === 'rewrite');
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
