import type { LeftBecause } from './outcome.ts';
import type { Pace } from './pace.ts';
import type { Run } from './run.ts';
import type { Applied, Budget, Step } from './step.ts';
import { formatBytes, formatSeconds } from './units.ts';

/** So long a part of a step should at least take. */
const smallPartSeconds = 2;

/** Decides which steps still fit the window and the budget of a run. */
export class Admission {
  readonly #run: Run;
  readonly #pace: Pace;
  readonly #budget: Budget | null;
  #spent = 0;
  #leftBecause: LeftBecause | null = null;

  constructor(run: Run, pace: Pace, budget: Budget | null) {
    this.#run = run;
    this.#pace = pace;
    this.#budget = budget;
  }

  /** Why steps were left, where that was not the deadline; a budget before a finding. */
  get leftBecause(): LeftBecause | null {
    return this.#leftBecause;
  }

  /** Why a step is not to be begun any more, whatever else runs; null if it may. */
  whyNot(step: Step): string | null {
    if (this.#run.signal.aborted) return 'not begun: the run was stopped before';
    if (this.#budget && this.#left([step]) < 0) {
      this.#leftBecause = 'budget-spent';
      const left = formatBytes(Math.max(0, this.#left([])));
      return `not begun: it may write ${formatBytes(step.budgetCost ?? 0)} of ${this.#budget.of}, and ${left} of the budget were left`;
    }
    const leftMs = this.#run.window.timeLeftMs();
    const neededSeconds = this.#neededSeconds(step);
    if (leftMs === null || neededSeconds * 1000 <= leftMs) return null;
    return `not begun: it needs about ${formatSeconds(neededSeconds)}, and ${formatSeconds(leftMs / 1000)} were left`;
  }

  /** Whether steps may run side by side, should each cost all that it was planned to. */
  mayRunTogether(steps: readonly Step[]): boolean {
    return this.#left(steps) >= 0;
  }

  /** Counts what a step has used up. */
  spend({ metrics, leftBecause }: Applied): void {
    if (this.#leftBecause !== 'budget-spent')
      this.#leftBecause = leftBecause ?? this.#leftBecause;
    this.#spent += metrics?.[this.#budget?.metric ?? ''] ?? 0;
  }

  /** Of what can stop at any time, a small part is worth beginning. */
  #neededSeconds(step: Step): number {
    const seconds = this.#pace.predictSeconds(step);
    return step.isDivisible ? Math.min(seconds, smallPartSeconds) : seconds;
  }

  #left(steps: readonly Step[]): number {
    if (!this.#budget) return Number.POSITIVE_INFINITY;
    const costs = steps.reduce((sum, { budgetCost = 0 }) => sum + budgetCost, 0);
    return this.#budget.limit - this.#spent - costs;
  }
}
