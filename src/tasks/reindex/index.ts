import type { Task } from '../../core/task.ts';
import { connectionProblems, databaseName } from '../../postgres/inputs.ts';
import { type ReindexSpec, reindexInputs } from './inputs.ts';
import type { ReindexStep } from './make-plan.ts';
import { shownFigures, summarizeSteps, totalsOf } from './summary.ts';
import type { ReindexTarget } from './target.ts';

/** Loaded only once the inputs are known to be right: the driver takes its time. */
const load = async () => (await import('./work.ts')).work;

/** The task `reindex`: rebuilds the indexes that are bloated, without locking anybody out. */
export const task: Task<ReindexSpec, ReindexTarget, ReindexStep> = {
  name: 'reindex',
  description:
    'Rebuild the indexes of a PostgreSQL database that are really bloated, concurrently and within a window',
  inputs: reindexInputs,
  shownFigures,
  check: (inputs) => connectionProblems(inputs, process.env),
  targetName: databaseName,
  connect: async (inputs, run) => (await load()).connect(inputs, run),
  plan: async (target, _inputs, run) => (await load()).plan(target, run),
  apply: async (...given) => (await load()).apply(...given),
  verify: async (...given) => (await load()).verify(...given),
  totals: totalsOf,
  summarize: summarizeSteps,
  sweep: async (...given) => (await load()).sweep(...given),
};
