import { AdvisoriesUnavailable } from '../../advisories/advisory.ts';
import { type Finding, finding, type Severity } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import { formatCount } from '../../core/units.ts';
import { SourceFailed } from '../../registries/source-failed.ts';

/** What could not be measured, and why. */
export interface NotMeasured {
  /** The host or the file. */
  readonly source: string;
  /** What it would have told. */
  readonly what: string;
  readonly why: string;
  readonly times: number;
  readonly severity: Severity;
}

/** Collects what did not answer: a source that fails a hundred times is one row. */
export class FailedSources {
  readonly #failures = new Map<string, NotMeasured>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(source: string, what: string, why: string, severity: Severity = 'low'): void {
    const key = `${source}\n${what}`;
    const times = (this.#failures.get(key)?.times ?? 0) + 1;
    this.#failures.set(key, { source, what, why, times, severity });
  }

  /** Asks; null where that fails, which is then known. Only a cancelled run throws. */
  async attempt<Value>(
    what: string,
    ask: () => Promise<Value>,
    severity: Severity = 'low',
  ): Promise<Value | null> {
    try {
      return await ask();
    } catch (error) {
      this.#signal.throwIfAborted();
      this.add(sourceOf(error) ?? what, what, messageOf(error), severity);
      return null;
    }
  }

  get all(): readonly NotMeasured[] {
    return [...this.#failures.values()];
  }

  /** Whether something failed without which nothing is proven. */
  get isGrave(): boolean {
    return this.all.some(({ severity }) => severity === 'high');
  }

  findings(): Finding[] {
    return this.all.map((one) => {
      const { what, why, times, severity } = one;
      const often = times > 1 ? ` (${formatCount(times)} times)` : '';
      const message = `Not measured: ${what}${often}. ${why}`;
      return finding('source-failed', subjectOf(one), message, { severity });
    });
  }
}

/** What the finding about it is about. */
export function subjectOf({ source, what }: NotMeasured): string {
  return `${source}: ${what}`;
}

function sourceOf(error: unknown): string | null {
  if (error instanceof SourceFailed) return error.source;
  return error instanceof AdvisoriesUnavailable ? error.place : null;
}
