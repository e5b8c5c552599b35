import {
  ageMs,
  byteSize,
  choice,
  durationMs,
  flag,
  share,
  yaml,
} from '../../core/input-kinds.ts';
import type { TaskInputs } from '../../core/task.ts';
import { postgresInputs } from '../../postgres/inputs.ts';

/** The inputs of `reindex`, beside those that every action has. */
export const reindexInputs = {
  ...postgresInputs,
  'lock-timeout': {
    ...postgresInputs['lock-timeout'],
    description:
      'How long the removal of a leftover waits for others. A rebuild has `max-wait` instead: a lock timeout would end it when its work is done.',
  },
  'wal-budget': {
    ...postgresInputs['wal-budget'],
    description:
      'How much WAL the run may write. What would exceed it is not begun, and a rebuild that does is stopped; both are carried over.',
  },
  jobs: {
    ...postgresInputs.jobs,
    description: 'How many rebuilds run side by side, never two on one table.',
  },
  indexes: yaml(
    {
      description:
        'The indexes to look at, as a YAML list of `schema.index`. `*` stands for any characters; a leading `!` leaves indexes out. Those named without `*` come first. Who names the index of a partitioned table or of a hypertable means those of its partitions or chunks.',
      allowed:
        'a YAML list of `schema.index` patterns, such as `["public.trades_pkey", "!public.audit_*"]`; the default is all indexes',
    },
    async () => (await import('../../postgres/name-patterns.ts')).indexPatterns,
  ),
  tables: yaml(
    {
      description:
        'Only the indexes of these tables, their partitions and chunks, as a YAML list of `schema.table` with `*` and leading `!`.',
      allowed: 'a YAML list of `schema.table` patterns; the default is all tables',
    },
    async () => (await import('../../postgres/name-patterns.ts')).tablePatterns,
  ),
  'min-bloat': share({
    description:
      'The share of an index that a rebuild must be known to win back. With `0%` every index that is looked at is rebuilt.',
    default: '30%',
  }),
  'min-size': byteSize({
    description: 'Smaller indexes are left alone.',
    default: '10MB',
  }),
  'max-size': byteSize({
    description: 'Larger indexes are reported, not rebuilt.',
  }),
  evidence: choice(['auto', 'estimate', 'sample', 'exact'], {
    description:
      'What bloat is judged by: `estimate`, the catalog alone; `sample`, some 300 pages of an index (`pageinspect`); `exact`, all of them (`pgstattuple`). `auto` goes from the cheap to the exact, as far as it takes to decide.',
    default: 'auto',
  }),
  'evidence-budget': byteSize({
    description: 'The most that is read to decide.',
    default: '1GB',
  }),
  'max-wait': durationMs({
    description:
      'The longest that a rebuild waits for transactions of others. Then it is given up, cleaned up, and who was in the way is reported.',
    default: '60s',
  }),
  'cool-down': ageMs({
    description:
      'An index that was rebuilt no longer ago than that is left alone, as far as the maintenance log tells.',
    default: '7 days',
  }),
  'drop-leftovers': flag({
    description:
      'Also drop invalid `…_ccnew` and `…_ccold` indexes that no run of ours recorded. Without it, they are reported with the command.',
    default: 'false',
  }),
};

export type ReindexSpec = typeof reindexInputs;
export type ReindexInputs = TaskInputs<ReindexSpec>;
