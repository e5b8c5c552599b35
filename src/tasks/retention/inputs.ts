import { choice, decimal, flag, yaml } from '../../core/input-kinds.ts';
import type { TaskInputs } from '../../core/task.ts';
import { postgresInputs } from '../../postgres/inputs.ts';
import { s3Inputs } from '../../s3/inputs.ts';

/** The inputs of `retention`, beside those that every action has. */
export const retentionInputs = {
  policies: {
    ...yaml(
      {
        description:
          'What to delete, as a YAML list: `table`, `column` and `keep` are required; `where`, `method`, `max-share`, `archive`, `cascade`, `time-zone` and `straddling` may be added.',
        allowed:
          'a YAML list such as `[{table: public.events, column: created_at, keep: 90 days}]`',
      },
      async () => (await import('./policies.ts')).policies,
    ),
    required: true as const,
  },
  ...postgresInputs,
  'wal-budget': {
    ...postgresInputs['wal-budget'],
    description:
      'How much WAL the run may write. Deleting stops where it is spent, and the rest is carried over.',
  },
  'max-replica-lag': {
    ...postgresInputs['max-replica-lag'],
    description:
      'How far the standbys may be behind: while one is further behind, no batch is begun. Without it, nobody looks.',
  },
  jobs: {
    ...postgresInputs.jobs,
    description:
      'How many policies are carried out side by side, never two on tables that foreign keys connect.',
  },
  'batch-seconds': decimal({
    description: 'How long one batch should take; its size follows from that.',
    default: '0.5',
    min: 0.01,
    max: 60,
  }),
  pause: decimal({
    description:
      'How long to pause after each batch, as a multiple of what it took. With `0` there is none.',
    default: '1.0',
    min: 0,
    max: 100,
  }),
  'follow-up': choice(['vacuum', 'none'], {
    description:
      'Whether tables from which rows were deleted are vacuumed and analyzed in the rest of the window.',
    default: 'vacuum',
  }),
  ...s3Inputs,
  'dry-run': flag({
    description:
      'Plan and report, change nothing. The default here, for what is deleted is gone: set it to `false` to delete.',
    default: 'true',
  }),
};

export type RetentionSpec = typeof retentionInputs;
export type RetentionInputs = TaskInputs<RetentionSpec>;
