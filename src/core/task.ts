import type { CommonInputs } from './common-inputs.ts';
import type { Finding } from './finding.ts';
import type { Input, InputsOf, Problem } from './inputs.ts';
import type { History } from './maintenance-log.ts';
import type { Outcome, Reason } from './outcome.ts';
import type { ReportTable, StepResult } from './result-schema.ts';
import type { Run } from './run.ts';
import type { Applied, Budget, Step } from './step.ts';

/** What a task works on, once reached. Disposing of it ends everything that it opened. */
export interface Target extends AsyncDisposable {
  /** Its short name, the default of the input `target`. */
  readonly name: string;
  /** Where it is, for people: `db:5432 (PostgreSQL 15.18)`. */
  readonly place: string;
  /** Aborted when the lock, or the way to the target, is lost. */
  readonly lost: AbortSignal;
  /** Takes the lock that keeps other runs away. Throws `Refusal` where it is taken. */
  lock(): Promise<void>;
}

/** What a task would do now. */
export interface Plan<S extends Step> {
  /** In the order in which they are to be begun. */
  readonly steps: readonly S[];
  readonly findings: readonly Finding[];
  readonly metrics: Readonly<Record<string, number>>;
  /** How many steps may run side by side. */
  readonly jobs: number;
  readonly budget?: Budget | null;
  /** A sentence on what is not in the steps: what was looked at, and left alone. */
  readonly remark?: string;
}

/** A figure of `before` and `after` that people want to see change. */
export interface ShownFigure {
  readonly key: string;
  readonly title: string;
  readonly unit: 'count' | 'bytes' | 'share';
  /** Where it was less than that before, its change is not worth a reader's time. */
  readonly notableFrom: number;
}

/** What a task says of a run that is over, beside what every run says. */
export interface Conclusion {
  /** A sentence on what the run came to, instead of that on its steps. */
  readonly message?: string;
  /** Its own outputs, by their names in `Task.outputs`. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tables: ReportTable[];
  /** Whether it says nothing that the run before has not said: no comment in the log. */
  readonly isQuiet?: boolean;
}

/** A run that is over, as far as its task may judge it. */
export interface Ended<T extends Target> {
  /** Null where it was never reached. It has been let go of. */
  readonly target: T | null;
  readonly steps: readonly StepResult[];
  readonly findings: readonly Finding[];
  readonly outcome: Outcome;
  readonly history: History;
}

export type Spec = Readonly<Record<string, Input<unknown>>>;

/** One maintenance procedure. Everything around it is the lifecycle's. */
export interface Task<TaskSpec extends Spec, T extends Target, S extends Step> {
  readonly name: string;
  /** The first line of its README and of `action.yml`. */
  readonly description: string;
  readonly inputs: TaskSpec;
  readonly shownFigures: readonly ShownFigure[];
  /** Whether it changes nothing that is anybody else's: then it has to see everything. */
  readonly onlyLooks?: true | ((inputs: TaskInputs<TaskSpec>) => boolean);
  /** Outputs beside those that every action has, with what they mean. */
  readonly outputs?: Readonly<Record<string, string>>;
  /** What is wrong between inputs that are each right. */
  check(inputs: Partial<TaskInputs<TaskSpec>>): readonly Problem[];
  /** The name of the target, as far as the inputs tell it. */
  targetName(inputs: TaskInputs<TaskSpec>): string;
  /** Reaches the target and looks whether it may be worked on. Changes nothing. */
  connect(inputs: TaskInputs<TaskSpec>, run: Run): Promise<T>;
  /** Makes the plan. Changes nothing. */
  plan(target: T, inputs: TaskInputs<TaskSpec>, run: Run): Promise<Plan<S>>;
  /** Carries out one step. Throws only what it did not expect. */
  apply(step: S, target: T, run: Run): Promise<Applied>;
  /** Looks at the target once more when the steps are over. */
  verify(target: T, steps: readonly StepResult[], run: Run): Promise<readonly Finding[]>;
  /** What the steps came to in figures, for the metrics of the result. */
  totals(steps: readonly StepResult[]): Readonly<Record<string, number>>;
  /** One sentence on what the steps came to. */
  summarize(steps: readonly StepResult[], run: Run): string;
  /** What is to be said of a run beside that, even of one that was refused at once. */
  conclude?(ended: Ended<T>, run: Run): Conclusion;
  /**
   * Ends what a killed run left behind in the target, and says what it found.
   *
   * @param kept what that run has kept; `null` where it had not begun to change anything
   */
  sweep(inputs: TaskInputs<TaskSpec>, run: Run, kept: unknown): Promise<string>;
}

/** What a task is given: its own inputs and those that every action has. */
export type TaskInputs<TaskSpec extends Spec> = InputsOf<TaskSpec> & CommonInputs;

/** Any task, for those who do not look inside. */
// biome-ignore lint/suspicious/noExplicitAny: a task is only ever given its own steps and target
export type AnyTask = Task<any, any, any>;

/** Whether a task, given these inputs, only looks. What was refused has changed nothing. */
export function onlyLooks(task: AnyTask, inputs: CommonInputs | null): boolean {
  const { onlyLooks: looks } = task;
  return typeof looks === 'function' ? inputs === null || looks(inputs) : looks === true;
}

/** Thrown before anything was changed: the run refuses to start, and says why. */
export class Refusal extends Error {
  readonly reason: Reason;
  readonly findings: readonly Finding[];

  constructor(
    reason: Reason,
    message: string,
    { findings = [], ...options }: ErrorOptions & { findings?: readonly Finding[] } = {},
  ) {
    super(message, options);
    this.reason = reason;
    this.findings = findings;
  }
}
