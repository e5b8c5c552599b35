/** Why the run was told to stop: the reason of an aborted signal. */
export class CancelRequested extends Error {
  constructor(signalName: NodeJS.Signals) {
    super(`the run was cancelled (${signalName})`);
  }
}

/**
 * Waits for a promise, but no longer than until the signal aborts: then it throws the
 * signal's reason and leaves the promise to itself.
 */
export async function unlessAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
): Promise<Value> {
  // Left to itself, it may still fail, and nobody would be there to hear of it.
  promise.catch(() => {});
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits for a promise for so long at most; tells whether it came to an end. */
export async function within(
  promise: Promise<unknown>,
  timeoutMs: number,
): Promise<boolean> {
  const { promise: timedOut, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  try {
    return await Promise.race([promise.then(() => true), timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

/** Aborts a controller on SIGINT, SIGTERM and SIGHUP, for as long as the process lives. */
export function abortOnSignals(controller: AbortController): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => controller.abort(new CancelRequested(name)));
  }
}
