import { type Finding, finding } from '../../core/finding.ts';
import { type History, realRuns } from '../../core/maintenance-log.ts';
import type { StepResult } from '../../core/result-schema.ts';
import type { Run } from '../../core/run.ts';
import { formatCount, formatShare } from '../../core/units.ts';
import type { Database } from '../../postgres/database.ts';
import { invalidIndexFindings } from '../../postgres/invalid-indexes.ts';
import { ownApplicationName } from '../../postgres/open-database.ts';
import {
  type HorizonHolder,
  horizonFinding,
  horizonHolders,
} from '../../postgres/xmin-horizon.ts';
import { keptDeadTuples } from './kept-tuples.ts';

/** A holder of that many seconds, or of that many transactions, is named in any case. */
const longHeld = { seconds: 300, transactions: 1_000_000 };

/** Transaction ids are compared modulo 2^32, so that 2^31 can lie in the past. */
const countableIds = 2 ** 31;

/** What a person should know of the database once the steps are over. */
export async function verifyDatabase(
  database: Database,
  steps: readonly StepResult[],
  run: Run,
): Promise<Finding[]> {
  return [
    ...(await horizonFindings(database, steps, run)),
    ...(await wraparoundFindings(database)),
    ...(await invalidIndexFindings(database)),
  ];
}

async function horizonFindings(
  database: Database,
  steps: readonly StepResult[],
  run: Run,
): Promise<Finding[]> {
  const holders = await horizonHolders(database, ownApplicationName(run));
  const stuck = steps.filter((step) => keptDeadTuples(step) > 0);
  return holders
    .filter((holder, index) => isLongHeld(holder) || (index === 0 && stuck.length > 0))
    .map((holder) => {
      const found = horizonFinding(holder, consequence(stuck));
      return isChronic(stuck, run.history) ? { ...found, severity: 'high' } : found;
    });
}

/** In vain for the third time in a row on the same table, it must not stay green. */
function isChronic(stuck: readonly StepResult[], history: History): boolean {
  const before = realRuns(history).slice(0, 2);
  const wasStuck = (id: string) =>
    before.every(({ steps }) =>
      steps.some((step) => step.id === id && keptDeadTuples(step) > 0),
    );
  return before.length === 2 && stuck.some(({ id }) => wasStuck(id));
}

function isLongHeld({ seconds, age }: HorizonHolder): boolean {
  return (seconds ?? 0) >= longHeld.seconds || age >= longHeld.transactions;
}

function consequence(stuck: readonly StepResult[]): string {
  if (stuck.length === 0) return 'Rows that died since then cannot be removed.';
  const kept = stuck.reduce((sum, step) => sum + keptDeadTuples(step), 0);
  const tables = stuck.slice(0, 3).map(({ id }) => id);
  const more = stuck.length > 3 ? ` and ${stuck.length - 3} more` : '';
  return `${formatCount(kept)} dead tuples could not be removed from ${tables.join(', ')}${more}.`;
}

async function wraparoundFindings(database: Database): Promise<Finding[]> {
  const rows = await database.query<{ subject: string; kind: string; age: number }>(
    `\
select format('%I.%I', n.nspname, c.relname) as subject, 'table' as kind,
  greatest(age(c.relfrozenxid), mxid_age(c.relminmxid)) as age
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 't')
  and greatest(age(c.relfrozenxid), mxid_age(c.relminmxid)) > $1
union all
select datname::text, 'database', greatest(age(datfrozenxid), mxid_age(datminmxid))
from pg_database
where datname <> current_database()
  and greatest(age(datfrozenxid), mxid_age(datminmxid)) > $1
order by age desc`,
    [countableIds / 2],
  );
  return rows.map(({ subject, kind, age }) => {
    const used = formatShare(age / countableIds);
    return finding(
      'wraparound-near',
      subject,
      `The ${kind} ${subject} is ${formatCount(age)} transactions old: ${used} of what can be counted.`,
    );
  });
}
