import type { Run } from '../../core/run.ts';

/**
 * Aborts what is being asked when the run is cancelled, or its deadline comes: what did not
 * answer by then is reported as not measured.
 */
export function untilDeadline({ signal, window }: Run): AbortSignal {
  const { deadline } = window;
  if (deadline === null) return signal;
  const controller = new AbortController();
  const end = () => controller.abort(new Error('The deadline came first.'));
  setTimeout(end, Math.max(0, deadline.getTime() - Date.now())).unref();
  return AbortSignal.any([signal, controller.signal]);
}
