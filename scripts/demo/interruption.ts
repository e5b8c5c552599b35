import { constants } from 'node:os';

type Name = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

/** A signal has ended the demo. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(name: Name) {
    super(`interrupted (${name})`);
    this.exitCode = 128 + constants.signals[name];
  }
}

/**
 * Aborts on the signals that end a program, whose own end is thereby put off: whoever
 * awaits the signal clears up first.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (name: Name) => controller.abort(new Interrupted(name));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, interrupt);
  // Nobody reads any more: `npm run demo | head`, or a terminal that was closed.
  process.stdout.on('error', () => interrupt('SIGPIPE'));
  return controller.signal;
}
