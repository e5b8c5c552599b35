import {
  choice,
  flag,
  intervalMs,
  text,
  wholeNumber,
  yaml,
} from '../../core/input-kinds.ts';
import type { TaskInputs } from '../../core/task.ts';
import { s3Inputs } from '../../s3/inputs.ts';
import { type Place, parsePlace } from './place.ts';

/** How far a backup is tested, from the cheapest on; each includes those before it. */
export const depths = ['series', 'archive', 'schema', 'full'] as const;

export type Depth = (typeof depths)[number];

/** The inputs of `backup-restore-test`, beside those that every action has. */
export const backupInputs = {
  source: {
    description: 'Where the backups lie.',
    allowed: '`s3://bucket/prefix/`, or the path of a local directory or file',
    required: true as const,
    parse: (given: string): Place => parsePlace(given),
  },
  backup: text({
    description:
      'Which backup is tested: `newest`, `random` (another one each time), or a key.',
    allowed: '`newest`, `random`, or the key of a backup',
    default: 'newest',
  }),
  schedule: intervalMs({
    description:
      'The expected interval between backups. A gap in the series is a finding.',
    default: '1 day',
  }),
  'max-age': intervalMs({
    description: 'How old the newest backup may be.',
    default: '36h',
  }),
  depth: choice(depths, {
    description:
      'How far to go. `series`: what the names, heads and last bytes of all backups tell, without a download. `archive`: decode one of them whole, without a server. `schema`: restore what stands before and after the data. `full`: restore everything, and compare every row with the archive.',
    default: 'full',
  }),
  'expect-database': text({
    description:
      'The database that the archives must hold. Without it, it is what most of the series holds.',
    allowed: 'the name of a database',
  }),
  checks: yaml(
    {
      description:
        'Your own checks on the restored database, as a YAML list of `name`, `sql` and `expect`. They run read-only.',
      allowed:
        'a YAML list such as `[{name: trades, sql: select count(*) from trades, expect: "> 0"}]`; `expect` is a value, or `> 0`, `>= 10`, `< 5`, `between 1 and 9`',
    },
    async () => (await import('./checks.ts')).checks,
  ),
  'postgres-bin': text({
    description:
      'The directory with `initdb`, `postgres` and `pg_restore` of a fitting version. Without it, those of the machine are looked for.',
    allowed: 'the path of a directory',
  }),
  decrypt: yaml(
    {
      description:
        'A command that reads the encrypted dump on its standard input and writes the archive to its standard output. It is run as it stands, without a shell.',
      allowed: 'a YAML list such as `[age, --decrypt, --identity, /path/key.txt]`',
    },
    async () => (await import('./command-list.ts')).commandList,
  ),
  jobs: wholeNumber({
    description:
      'How many tables and indexes are restored side by side. Without it, as many as the machine has cores.',
    min: 1,
    max: 64,
  }),
  'work-directory': text({
    description:
      'Where the download and the server that is made for the test find room. Without it, `RUNNER_TEMP`.',
    allowed: 'the path of a directory that is there',
  }),
  ...s3Inputs,
  'dry-run': flag({
    description:
      'Look at the series alone, as `depth: series` does, and show what else would be done.',
    default: 'false',
  }),
};

export type BackupSpec = typeof backupInputs;
export type BackupInputs = TaskInputs<BackupSpec>;
