import type { Figures } from '../core/step.ts';
import { mayMaintainSql } from './privileges.ts';
import type { Notice, Session } from './session.ts';

type Table = { readonly oid: number };

/** What is done to a table: for each there is another sign that it happened. */
export type Maintenance = 'vacuum' | 'analyze' | 'vacuum-analyze' | 'rewrite';

/** What a table looks like right before or after its maintenance. */
export interface TableState {
  readonly id: string;
  readonly mayMaintain: boolean;
  readonly vacuumCount: number;
  readonly analyzeCount: number;
  readonly file: number | null;
  readonly figures: Figures;
}

type StateRow = Omit<TableState, 'figures'> & Record<string, number | null>;

/** Reads the state of a table without locking it; undefined where it is gone. */
export async function readState(
  session: Session,
  { oid }: Table,
  versionNumber: number,
): Promise<TableState | undefined> {
  const [row] = await session.query<StateRow>(
    `\
select format('%I.%I', n.nspname, c.relname) as id,
  ${mayMaintainSql(versionNumber)} as "mayMaintain",
  pg_stat_get_vacuum_count(c.oid) as "vacuumCount",
  pg_stat_get_analyze_count(c.oid) as "analyzeCount",
  nullif(c.relfilenode, 0)::int8 as file,
  pg_stat_get_dead_tuples(c.oid) as "deadTuples",
  pg_stat_get_live_tuples(c.oid) as "liveTuples",
  case when c.relkind <> 'p' then age(c.relfrozenxid) end as "xidAge",
  c.relallvisible as "allVisiblePages"
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid = $1`,
    [oid],
  );
  if (!row) return undefined;
  const { id, mayMaintain, vacuumCount, analyzeCount, file, ...figures } = row;
  return { id, mayMaintain, vacuumCount, analyzeCount, file, figures };
}

/** Measures a table with its TOAST table; waits for whoever has locked it exclusively. */
export async function readBytes(
  session: Session,
  { oid }: Table,
): Promise<number | null> {
  const [row] = await session.query<{ bytes: number | null }>(
    'select pg_table_size($1::oid) as bytes',
    [oid],
  );
  return row?.bytes ?? null;
}

/**
 * Says that a command did nothing, though the server reported success; null where it did.
 * PostgreSQL skips a table with no more than a warning where the role may not maintain it.
 */
export function whyNothingHappened(
  work: Maintenance,
  before: TableState,
  after: TableState,
  notices: readonly Notice[],
): string | null {
  const vacuumed =
    work === 'analyze' ||
    // A rewritten table has another file; it is not counted as vacuumed.
    (work === 'rewrite'
      ? after.file !== before.file
      : after.vacuumCount > before.vacuumCount);
  const analyzed = work === 'vacuum' || after.analyzeCount > before.analyzeCount;
  if (vacuumed && analyzed) return null;
  const said =
    notices.map(({ message }) => message).join('; ') || 'the server said nothing';
  return `the server reported success, but did not ${vacuumed ? 'analyze' : 'vacuum'} the table: ${said}`;
}
