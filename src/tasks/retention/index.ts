import type { Task } from '../../core/task.ts';
import { connectionProblems, databaseName } from '../../postgres/inputs.ts';
import type { RetentionStep } from './deletion.ts';
import { type RetentionSpec, retentionInputs } from './inputs.ts';
import { shownFigures, summarizeSteps, totalsOf } from './summary.ts';
import type { RetentionTarget } from './target.ts';

/** Loaded only once the inputs are known to be right: the driver takes its time. */
const load = async () => (await import('./work.ts')).work;

/** The task `retention`: deletes by policy, in batches, with proof. */
export const task: Task<RetentionSpec, RetentionTarget, RetentionStep> = {
  name: 'retention',
  description:
    'Delete rows of a PostgreSQL database by policy, in small batches, archived first if asked, within a window',
  inputs: retentionInputs,
  shownFigures,
  check: (inputs) => connectionProblems(inputs, process.env),
  targetName: databaseName,
  connect: async (inputs, run) => (await load()).connect(inputs, run),
  plan: async (target, _inputs, run) => (await load()).plan(target, run),
  apply: async (...given) => (await load()).apply(...given),
  // Each step has had its second look when it was done.
  verify: async () => [],
  totals: totalsOf,
  summarize: summarizeSteps,
  sweep: async (inputs, run) => (await load()).sweep(inputs, run),
};
