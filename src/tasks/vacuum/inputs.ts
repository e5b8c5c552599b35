import { choice, share, yaml } from '../../core/input-kinds.ts';
import type { InputsOf } from '../../core/inputs.ts';
import type { TaskInputs } from '../../core/task.ts';
import { postgresInputs } from '../../postgres/inputs.ts';

/** The inputs of `vacuum`, beside those that every action has. */
export const vacuumInputs = {
  ...postgresInputs,
  tables: yaml(
    {
      description:
        'The tables to look at, as a YAML list of `schema.table`. `*` stands for any characters; a leading `!` leaves tables out.',
      allowed:
        'a YAML list of `schema.table` patterns, such as `["public.*", "!public.audit_*"]`; the default is all tables',
    },
    async () => (await import('./table-patterns.ts')).tablePatterns,
  ),
  select: choice(['needed', 'all'], {
    description:
      'Which of them to vacuum: `needed`, those that the thresholds and ages of the server call for, or `all`.',
    default: 'needed',
  }),
  analyze: choice(['needed', 'always', 'never'], {
    description:
      'Which of them to analyze: `needed`, those whose statistics are missing or stale, `always`, all that are looked at, or `never`.',
    default: 'needed',
  }),
  'freeze-age': share({
    description:
      'The share of `autovacuum_freeze_max_age` above which a table is due, and is vacuumed with `FREEZE`, so that the anti-wraparound autovacuum never has to come in the daytime.',
    default: '50%',
  }),
};

export type VacuumSpec = typeof vacuumInputs;
export type VacuumInputs = TaskInputs<VacuumSpec>;
export type VacuumOptions = Pick<
  InputsOf<VacuumSpec>,
  'select' | 'analyze' | 'freeze-age'
>;
