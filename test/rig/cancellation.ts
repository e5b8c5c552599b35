import type { ChildProcess } from 'node:child_process';

export interface CancellationLadder {
  /** SIGINT now, SIGTERM after 7.5 s, SIGKILL after another 2.5 s. */
  cancel(): void;
  kill(): void;
  readonly signalsSent: readonly NodeJS.Signals[];
}

/**
 * Cancels a step as the runner does.
 *
 * Source: actions/runner, ProcessInvoker.cs.
 */
export function cancellationLadder(child: ChildProcess): CancellationLadder {
  const signalsSent: NodeJS.Signals[] = [];
  const timers: NodeJS.Timeout[] = [];
  const send = (signal: NodeJS.Signals) => {
    if (child.kill(signal)) signalsSent.push(signal);
  };
  child.once('exit', () => timers.forEach(clearTimeout));
  return {
    signalsSent,
    cancel() {
      if (timers.length > 0) return;
      send('SIGINT');
      timers.push(setTimeout(send, 7_500, 'SIGTERM'));
      timers.push(setTimeout(send, 10_000, 'SIGKILL'));
    },
    kill: () => send('SIGKILL'),
  };
}
