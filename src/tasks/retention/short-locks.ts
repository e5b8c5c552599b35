import type { Run } from '../../core/run.ts';
import { whoLocked } from '../../postgres/lock-holders.ts';
import type { Session } from '../../postgres/session.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { lockedBy, type Stop } from './gate.ts';
import { withLockTimeout } from './lock-timeout.ts';
import { rest } from './rest.ts';
import type { RetentionTarget } from './target.ts';

/**
 * Whoever waits for a lock on a whole table has everybody who comes later wait behind him.
 * So he waits for a moment only, below the second after which the server looks for
 * deadlocks, so that it is he who gives way; and then he tries again.
 */
const oneTryMs = 500;
const maxTries = 10;

/** Does something that needs a table for itself; says who had it where it never got it. */
export async function withShortLocks(
  { oid, id }: { readonly oid: number; readonly id: string },
  work: () => Promise<void>,
  session: Session,
  target: RetentionTarget,
  run: Run,
): Promise<Stop | null> {
  const { database } = target;
  return withLockTimeout(oneTryMs, session, target, async () => {
    for (let tries = 1; ; tries++) {
      try {
        await database.cancelOnAbort(session, run.signal, work);
        return null;
      } catch (error) {
        const isLock =
          sqlstateOf(error) === sqlstate.lockNotAvailable ||
          sqlstateOf(error) === sqlstate.deadlockDetected;
        if (!isLock) throw error;
        if (tries >= maxTries || run.window.timeLeftMs() === 0) {
          return lockedBy(id, await whoLocked(database, oid, true));
        }
      }
      await rest(oneTryMs * tries, run);
    }
  });
}
