import type { Run } from '../../core/run.ts';
import type { Applied } from '../../core/step.ts';
import { decode } from './phases/decode.ts';
import { decrypt } from './phases/decrypt.ts';
import { download } from './phases/download.ts';
import { prove } from './phases/prove.ts';
import { restore } from './phases/restore.ts';
import type { Phase, PhaseStep } from './phases.ts';
import type { RestoreTarget } from './target.ts';

const carryOut: Record<Phase, (target: RestoreTarget, run: Run) => Promise<Applied>> = {
  download,
  decrypt,
  decode,
  restore,
  prove,
};

class DeadlineReached extends Error {}

/** Carries out one phase, unless one before it has left nothing to go on with. */
export async function applyPhase(
  step: PhaseStep,
  target: RestoreTarget,
  run: Run,
): Promise<Applied> {
  const { obstacle } = target.evidence;
  if (obstacle !== undefined) return { status: 'skipped', error: obstacle };
  if (!hasWhatItNeeds(step.id, target)) {
    return { status: 'carried-over', error: 'not begun: nor was what it needs' };
  }
  using deadline = deadlineSignal(run);
  const signal = AbortSignal.any([run.signal, deadline.signal]);
  try {
    return await carryOut[step.id](target, { ...run, signal });
  } catch (error) {
    if (run.signal.aborted) {
      return { status: 'cancelled', error: 'stopped: the run was stopped' };
    }
    target.evidence.obstacle = `the phase ${step.id} did not come to its end`;
    if (!deadline.signal.aborted) throw error;
    return { status: 'cancelled', error: 'stopped: the deadline was reached' };
  }
}

/** A phase before it may have been left for lack of time. */
function hasWhatItNeeds(phase: Phase, { evidence }: RestoreTarget): boolean {
  const { file, archive, restored, decoded } = evidence;
  if (phase === 'download') return true;
  if (phase === 'prove') return restored !== undefined && decoded !== undefined;
  return file !== undefined && (phase === 'decrypt' || archive !== undefined);
}

/** Aborts when the window closes. */
function deadlineSignal(run: Run): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const leftMs = run.window.timeLeftMs();
  const timer =
    leftMs === null
      ? undefined
      : setTimeout(() => controller.abort(new DeadlineReached()), leftMs);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
