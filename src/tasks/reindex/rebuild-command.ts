import type { Run } from '../../core/run.ts';
import type { Applied } from '../../core/step.ts';
import { readWalBytes } from '../../postgres/wal.ts';
import { keyOf } from './old-transactions.ts';
import type { Rebuild } from './plan.ts';
import { explainFailure } from './rebuild-failure.ts';
import type { ReindexTarget } from './target.ts';
import { WaitedTooLong, watchRebuild } from './wait-watch.ts';

/** What came of the command itself. */
export interface Attempt {
  readonly failure: Applied | null;
  readonly seconds: number;
  readonly walBytes: number | null;
}

/** Runs the command of a rebuild under its watch. Never throws what the command threw. */
export async function runCommand(
  step: Rebuild,
  { database, inputs, wal, waitedFor }: ReindexTarget,
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
  let lastWait = (): string | null => null;
  try {
    await using watch = watchRebuild(step, session.pid, limits, wal, database, run);
    signal = watch.signal;
    lastWait = watch.lastWait;
    await database.cancelOnAbort(session, signal, () =>
      // Waits have the watch; a lock timeout would end a build whose work is done.
      session.command(step.command, run.window.timeLeftMs(), { lock_timeout: '0' }),
    );
  } catch (error) {
    if (signal.reason instanceof WaitedTooLong) {
      waitedFor.add(keyOf(signal.reason.holder));
    }
    failure = explainFailure(error, step, run, signal, lastWait());
  }
  const seconds = (performance.now() - begunMs) / 1000;
  const walAfter = await readWalBytes(session, versionNumber).catch(() => null);
  return { failure, seconds, walBytes: walAfter === null ? null : walAfter - walBefore };
}
