import type { Finding } from './finding.ts';
import type { LeftBecause } from './outcome.ts';

/** What can become of a step. */
export const stepStatuses = [
  'planned',
  'done',
  'skipped',
  'failed',
  'cancelled',
  'carried-over',
] as const;

export type StepStatus = (typeof stepStatuses)[number];

/** Figures of an object before or after a step: `deadTuples`, `bytes`, … */
export type Figures = Readonly<Record<string, number | string | null>>;

/** One command on one object, as planned. */
export interface Step {
  /** The object, as the target itself writes it: `public.trades`. */
  readonly id: string;
  /** The exact command. */
  readonly command: string;
  /** Why the step is in the plan, with its figures. */
  readonly why: string;
  /** Bytes that the command will go through, as far as that can be told beforehand. */
  readonly workBytes: number;
  /** What it has usually taken, where the target itself keeps count of that. */
  readonly usualSeconds?: number;
  /** What it may take at most out of the budget of the plan. */
  readonly budgetCost?: number;
  /** The objects that the command locks. Two steps that share one never run together. */
  readonly locks: readonly string[];
  /** What is known of the object when the plan is made. */
  readonly before?: Figures;
  /** Why it is not carried out, though it is in the plan for people to see. */
  readonly skipBecause?: string;
  /** Whether it can stop at any time and keep what it has done by then. */
  readonly isDivisible?: true;
}

/** What a task reports of a step that it has carried out or tried to. */
export interface Applied {
  /** `carried-over`: its command was not begun after all. */
  readonly status: 'done' | 'skipped' | 'failed' | 'cancelled' | 'carried-over';
  readonly before?: Figures;
  readonly after?: Figures;
  /** What was tried, what came back and what to do, unless the step is done. */
  readonly error?: string;
  /** `doneBytes`, where the step was stopped: how much of its work is done for good. */
  readonly metrics?: Readonly<Record<string, number>>;
  readonly findings?: readonly Finding[];
  /** Of the command alone, where the step also had to wait. */
  readonly seconds?: number;
  /** Why it was left, where that was not the deadline: a budget, or what a finding says. */
  readonly leftBecause?: LeftBecause;
  /** Whether something of it may still be there that `post` should look for. */
  readonly isUnclean?: true;
  /** Only in the way, or in somebody's way: worth another try after so long at least. */
  readonly retryAfterMs?: number;
}

/** A limit on what a run may use up of something, measured in bytes after each step. */
export interface Budget {
  /** What is limited, for people: `WAL`. */
  readonly of: string;
  /** The metric of a step in which it is measured. */
  readonly metric: string;
  readonly limit: number;
}
