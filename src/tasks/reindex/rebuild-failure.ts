import { CancelRequested } from '../../core/cancellation.ts';
import { type Finding, finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import type { Applied } from '../../core/step.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { holderFinding } from './old-transactions.ts';
import type { Rebuild } from './plan.ts';
import { VacuumWaits, WaitedTooLong, WalSpent } from './wait-watch.ts';

/** A deadlock is over at once; whoever won it needs a moment. */
const afterDeadlockMs = 5000;

/** Says what became of a rebuild that threw: what came back, who was in the way. */
export function explainFailure(
  error: unknown,
  { id, index }: Rebuild,
  run: Run,
  signal: AbortSignal,
  lastWait: string | null,
): Applied {
  const message = messageOf(error);
  const reason: unknown = signal.reason;
  if (run.signal.aborted) {
    return run.signal.reason instanceof CancelRequested
      ? stopped('stopped on the server when the run was stopped')
      : stopped(`ended with the connection: ${messageOf(run.signal.reason)}`);
  }
  if (reason instanceof WaitedTooLong) {
    const found = holderFinding(
      reason.holder,
      `the rebuild of ${id} was given up, ${reason.message}.`,
    );
    return {
      ...stopped(`given up ${reason.message}`, [found]),
      leftBecause: 'findings',
    };
  }
  if (reason instanceof VacuumWaits) {
    const found = finding(
      'vacuum-first',
      index.table.id,
      `The rebuild of ${id} was given up, because ${reason.message}.`,
      { remedy: `Run: vacuum (freeze) ${index.table.id}` },
    );
    return {
      ...stopped(`given up: ${reason.message}`, [found]),
      leftBecause: 'findings',
    };
  }
  if (reason instanceof WalSpent) {
    return { ...stopped(`given up: ${reason.message}`), leftBecause: 'budget-spent' };
  }
  switch (sqlstateOf(error)) {
    case sqlstate.undefinedObject:
    case sqlstate.undefinedTable:
      return { status: 'skipped', error: 'the index was dropped since the plan' };
    case sqlstate.queryCanceled:
      return run.window.timeLeftMs() === 0
        ? stopped(
            ['stopped on the server at the deadline', lastWait]
              .filter(Boolean)
              .join(', '),
          )
        : { status: 'failed', error: `somebody cancelled it: ${message}` };
    case sqlstate.deadlockDetected:
      return { status: 'failed', error: message, retryAfterMs: afterDeadlockMs };
    case sqlstate.uniqueViolation:
    case sqlstate.indexCorrupted:
    case sqlstate.dataCorrupted:
      return {
        status: 'failed',
        error: message,
        findings: [
          finding('index-corrupt', id, `${id} could not be rebuilt: ${detailed(error)}`),
        ],
      };
    default:
      return { status: 'failed', error: message };
  }
}

function stopped(error: string, findings: readonly Finding[] = []): Applied {
  return { status: 'cancelled', error, findings };
}

/** With the duplicate key that the server names beside its message. */
function detailed(error: unknown): string {
  const { detail } = error as { detail?: unknown };
  return [messageOf(error), typeof detail === 'string' && detail]
    .filter(Boolean)
    .join('. ');
}
