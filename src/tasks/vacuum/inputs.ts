import { choice, flag, share, yaml } from '../../core/input-kinds.ts';
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
    async () => (await import('../../postgres/name-patterns.ts')).tablePatterns,
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
  throttle: choice(['none', 'gentle', 'adaptive'], {
    description:
      'How to go easy on others: `gentle` works with the pauses of autovacuum; `adaptive` stops and tries again later when a standby lags more than `max-replica-lag`, or somebody waits for its lock, and works gently from then on.',
    default: 'none',
  }),
  full: yaml(
    {
      description:
        'Tables to rewrite with `VACUUM FULL`, as a YAML list of `schema.table`. Nobody can read or write a table while it is rewritten; refused without `confirm-exclusive-lock`.',
      allowed: 'a YAML list of `schema.table`, without patterns',
    },
    async () => (await import('../../postgres/name-patterns.ts')).tableNames,
  ),
  'confirm-exclusive-lock': flag({
    description: 'Confirms that the tables in `full` may be locked against everybody.',
    default: 'false',
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
  'select' | 'analyze' | 'freeze-age' | 'full' | 'throttle'
>;
