import { CancelRequested } from '../../src/core/cancellation.ts';
import type { CommonInputs } from '../../src/core/common-inputs.ts';
import type { Finding } from '../../src/core/finding.ts';
import { runTask } from '../../src/core/lifecycle.ts';
import type { MaintenanceLog } from '../../src/core/maintenance-log.ts';
import type { FailOn } from '../../src/core/outcome.ts';
import type { Result, StepResult } from '../../src/core/result-schema.ts';
import type { Run } from '../../src/core/run.ts';
import type { Applied, Budget, Step } from '../../src/core/step.ts';
import type { AnyTask, Target } from '../../src/core/task.ts';
import { Window } from '../../src/core/window.ts';
import { expectValidResult } from '../result-validator.ts';

type Phase = 'connect' | 'lock' | 'plan' | 'verify' | 'dispose';

/** What happens in a run; what is left out goes well. */
interface Script {
  readonly steps?: readonly Step[];
  readonly jobs?: number;
  readonly budget?: Budget;
  readonly log?: MaintenanceLog;
  readonly findings?: readonly Finding[];
  readonly verified?: readonly Finding[];
  /** What the plan keeps for `post` and later runs. */
  readonly kept?: unknown;
  readonly dryRun?: boolean;
  readonly deadline?: Date;
  readonly failOn?: FailOn;
  readonly target?: string;
  /** What happens within a phase, before it ends. */
  readonly on?: { readonly [P in Phase]?: (fake: FakeRun) => unknown };
  readonly apply?: (step: Step, fake: FakeRun, run: Run) => Promise<Applied>;
}

/** A run of a task without a system, which notes what the lifecycle does with it. */
export class FakeRun {
  /** What was called, in order: `connect`, `lock`, `plan`, `apply a`, … */
  readonly events: string[] = [];
  /** What was written to the log. */
  readonly lines: string[] = [];
  readonly #script: Script;
  readonly #stopped = new AbortController();
  readonly #lost = new AbortController();

  constructor(script: Script = {}) {
    this.#script = script;
  }

  /** Does what a SIGINT does. */
  cancel(): void {
    this.#stopped.abort(new CancelRequested('SIGINT'));
  }

  /** Loses the lock, or the way to the target. */
  lose(): void {
    this.#lost.abort(new Error('The lock was lost.'));
  }

  /** Runs to the end, and holds the result against the published schema. */
  async result(): Promise<Result> {
    const { dryRun = false, deadline = null, failOn = 'high' } = this.#script;
    const startedAt = new Date();
    const run: Run = {
      identity: { id: '42', attempt: 1, url: null },
      task: 'fake',
      dryRun,
      startedAt,
      window: new Window(deadline, startedAt),
      history: { runs: [] },
      signal: this.#stopped.signal,
      log: {
        info: (line) => this.lines.push(line),
        warning: (line) => this.lines.push(line),
        group: (title, lines) => this.lines.push(title, ...lines),
      },
      remember() {},
      keep: (kept) => this.events.push(`keep ${JSON.stringify(kept)}`),
      keepSecret() {},
    };
    const inputs: CommonInputs = {
      'dry-run': dryRun,
      deadline,
      'fail-on': failOn,
      summary: 'always',
      target: this.#script.target ?? null,
      'log-issue': 'false',
      'log-repository': null,
      'github-token': null,
    };
    const { log = null } = this.#script;
    const { result } = await runTask(this.#task(), inputs, run, log);
    expectValidResult(result);
    return result;
  }

  async #enter(phase: Phase): Promise<void> {
    this.events.push(phase);
    await this.#script.on?.[phase]?.(this);
  }

  #target(): Target {
    return {
      name: 'exchange',
      place: 'fake:1 (Fake 1.0)',
      lost: this.#lost.signal,
      lock: () => this.#enter('lock'),
      [Symbol.asyncDispose]: () => this.#enter('dispose'),
    };
  }

  #task(): AnyTask {
    const { steps = [], jobs = 1, findings = [], verified = [] } = this.#script;
    const { budget = null } = this.#script;
    const { apply = async () => ({ status: 'done' }) } = this.#script;
    return {
      name: 'fake',
      description: 'A task without a system',
      inputs: {},
      shownFigures: [],
      check: () => [],
      targetName: () => 'exchange',
      connect: async () => {
        await this.#enter('connect');
        return this.#target();
      },
      plan: async (_target, _inputs, run: Run) => {
        await this.#enter('plan');
        if ('kept' in this.#script) run.keep(this.#script.kept);
        return { steps, jobs, findings, budget, metrics: { considered: steps.length } };
      },
      apply: (step: Step, _: Target, run: Run) => {
        this.events.push(`apply ${step.id}`);
        return apply(step, this, run);
      },
      verify: async () => {
        await this.#enter('verify');
        return verified;
      },
      totals: (all: readonly StepResult[]) => ({ seen: all.length }),
      summarize: (all) => `Looked at ${all.length} steps.`,
      sweep: async () => 'Nothing was left.',
    };
  }
}

/** A step on an object that nothing else touches. */
export function step(id: string, changes: Partial<Step> = {}): Step {
  const command = `TIDY ${id}`;
  return { id, command, why: 'untidy', workBytes: 0, locks: [id], ...changes };
}

/** What never ends. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
