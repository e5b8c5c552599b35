import pg from 'pg';
import { type Finding, finding } from '../../core/finding.ts';
import { formatCount } from '../../core/units.ts';
import type { Database } from '../../postgres/database.ts';
import { extensionFunction } from '../../postgres/extensions.ts';
import type { Judgement } from './judge.ts';

/** The functions that look at pages, as far as they are installed and ours to call. */
export interface PageFunctions {
  /** Of pageinspect; it refuses everybody but superusers. */
  readonly bt_page_stats: string | null;
  /** Of pgstattuple. */
  readonly pgstatindex: string | null;
}

/** Finds the functions. */
export async function findPageFunctions(database: Database): Promise<PageFunctions> {
  const [role] = await database.query<{ isSuperuser: boolean }>(
    'select rolsuper as "isSuperuser" from pg_roles where rolname = current_user',
  );
  return {
    bt_page_stats: role?.isSuperuser
      ? await extensionFunction(database, 'pageinspect', 'bt_page_stats')
      : null,
    pgstatindex: await extensionFunction(database, 'pgstattuple', 'pgstatindex'),
  };
}

/** Says what pages can be looked at with. */
export function describeFunctions({ bt_page_stats, pgstatindex }: PageFunctions): string {
  const sample = bt_page_stats ?? 'no bt_page_stats (pageinspect, for superusers only)';
  const exact = pgstatindex ?? 'no pgstatindex (pgstattuple, for pg_stat_scan_tables)';
  return `some pages: ${sample}; all pages: ${exact}`;
}

/** Says of which indexes the pages should have been looked at and were not, and the cure. */
export function notLookedAt(
  judgements: readonly Judgement[],
  budget: string,
  { server }: Database,
): Finding[] {
  const findings: Finding[] = [];
  const add = (obstacle: Judgement['obstacle'], why: string, remedy: string) => {
    const affected = judgements.filter((one) => one.obstacle === obstacle);
    const [first] = affected;
    if (!first) return;
    const unknown = affected.filter(({ evidence }) => evidence === null).length;
    const instead =
      unknown === 0
        ? 'the estimate from the catalog had to do'
        : `the estimate from the catalog had to do, and of ${formatCount(unknown)} there is none`;
    const subject =
      affected.length === 1
        ? first.index.id
        : `${formatCount(affected.length)} indexes, such as ${first.index.id}`;
    const message = `The pages of ${subject} were not looked at, ${why}: ${instead}.`;
    findings.push(finding('not-checked', 'the pages of indexes', message, { remedy }));
  };
  const unknown = judgements.filter(
    ({ index, evidence, obstacle }) => !evidence && !obstacle && index.method === 'btree',
  );
  const [one] = unknown;
  if (one) {
    const message = `Nothing is known of the bloat of ${formatCount(unknown.length)} indexes, such as ${one.index.id}: their tables were never analyzed, or role ${server.role} may not read the statistics.`;
    findings.push(
      finding('not-checked', 'the statistics of indexes', message, {
        remedy: `Run: analyze ${one.index.table.id}; grant pg_read_all_data to ${pg.escapeIdentifier(server.role)}`,
      }),
    );
  }
  add(
    'not-readable',
    `because role ${server.role} has no function to do it`,
    `Run: create extension if not exists pgstattuple; grant pg_stat_scan_tables to ${pg.escapeIdentifier(server.role)}`,
  );
  add(
    'failed',
    'because they could not be read, as the log of the job tells',
    'Look at the log of the job; somebody may have locked the index.',
  );
  add(
    'budget',
    `because evidence-budget (${budget}) was spent`,
    'Raise evidence-budget, or leave out indexes with `!`.',
  );
  return findings;
}
