import type { Problem } from '../../core/inputs.ts';
import type { Task } from '../../core/task.ts';
import type { Database } from '../../postgres/database.ts';
import { connectionProblems, databaseName } from '../../postgres/inputs.ts';
import type { VacuumStep } from './apply.ts';
import { type VacuumInputs, type VacuumSpec, vacuumInputs } from './inputs.ts';
import { shownFigures, summarizeSteps } from './summary.ts';

/** Loaded only once the inputs are known to be right: the driver takes its time. */
const load = async () => (await import('./work.ts')).work;

/** The task `vacuum`: vacuums and analyzes the tables that need it, within a window. */
export const task: Task<VacuumSpec, Database, VacuumStep> = {
  name: 'vacuum',
  description:
    'Vacuum and analyze the tables of a PostgreSQL database that need it, within a window',
  inputs: vacuumInputs,
  shownFigures,
  check: (inputs) => [
    ...connectionProblems(inputs, process.env),
    ...fullProblems(inputs),
  ],
  targetName: databaseName,
  connect: async (...given) => (await load()).connect(...given),
  plan: async (...given) => (await load()).plan(...given),
  apply: async (...given) => (await load()).apply(...given),
  verify: async (...given) => (await load()).verify(...given),
  totals: () => ({}),
  summarize: summarizeSteps,
  sweep: async (inputs, run) => (await load()).sweep(inputs, run),
};

function fullProblems(inputs: Partial<VacuumInputs>): Problem[] {
  // A dry run locks nothing, and shows what there would be to confirm.
  if (!inputs.full || inputs['dry-run'] === true) return [];
  if (inputs['confirm-exclusive-lock'] !== false) return [];
  const message =
    'locks its tables against everybody until they are rewritten; set confirm-exclusive-lock to true if that may be.';
  return [{ input: 'full', message }];
}
