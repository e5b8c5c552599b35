import { setTimeout as delay } from 'node:timers/promises';
import type { Run } from '../../core/run.ts';

/** Pauses, but not beyond the window. */
export async function rest(ms: number, run: Run): Promise<void> {
  const restMs = Math.min(ms, run.window.timeLeftMs() ?? ms);
  if (restMs > 0) await delay(restMs, undefined, { signal: run.signal });
}
