import type { Task } from '../../core/task.ts';
import { type BackupSpec, backupInputs } from './inputs.ts';
import type { PhaseStep } from './phases.ts';
import { nameOfPlace } from './place.ts';
import { concludeTest } from './report.ts';
import type { RestoreTarget } from './target.ts';

/** Loaded only once the inputs are known to be right: the clients take their time. */
const load = async () => (await import('./work.ts')).work;

/** The task `backup-restore-test`: proves that the backups can bring the database back. */
export const task: Task<BackupSpec, RestoreTarget, PhaseStep> = {
  name: 'backup-restore-test',
  description:
    'Prove that the backups of a PostgreSQL database can bring it back: audit the series, restore one, and compare every row with the archive',
  inputs: backupInputs,
  shownFigures: [],
  onlyLooks: true,
  outputs: {
    verdict:
      '`verified`, `failed` or `not-verified`, about the `depth` asked for. Only `verified` is green.',
  },
  check: (inputs) => {
    if (!inputs.checks || !inputs.depth || inputs.depth === 'full') return [];
    const message = `need the rows, so depth must be full, not ${inputs.depth}.`;
    return [{ input: 'checks', message }];
  },
  targetName: ({ source, 'expect-database': database }) =>
    database ?? nameOfPlace(source),
  connect: async (...given) => (await load()).connect(...given),
  plan: async (target, _inputs, run) => (await load()).plan(target, run),
  apply: async (...given) => (await load()).apply(...given),
  verify: async () => [],
  totals: () => ({}),
  // `conclude` says it, with the verdict.
  summarize: () => '',
  conclude: concludeTest,
  sweep: async (inputs) => (await load()).sweep(inputs),
};
