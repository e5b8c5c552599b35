import type { Finding } from './finding.ts';

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
  /** The objects that the command locks. Two steps that share one never run together. */
  readonly locks: readonly string[];
}

/** What a task reports of a step that it has carried out or tried to. */
export interface Applied {
  readonly status: 'done' | 'skipped' | 'failed' | 'cancelled';
  readonly before?: Figures;
  readonly after?: Figures;
  /** What was tried, what came back and what to do, unless the step is done. */
  readonly error?: string;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly findings?: readonly Finding[];
}
