import { formatSeconds, formatShare } from '../../core/units.ts';
import type { Database } from '../../postgres/database.ts';

interface ProgressRow {
  readonly phase: string;
  readonly total: number;
  readonly scanned: number;
  readonly vacuumed: number;
  readonly passes: number;
  readonly indexes: number | null;
  readonly indexesDone: number | null;
}

/** Says how far a backend has come with its VACUUM or ANALYZE; null between two phases. */
export async function describeProgress(
  database: Database,
  pid: number,
  seconds: number,
): Promise<string | null> {
  const knowsIndexes = database.server.versionNumber >= 170_000;
  const [row] = await database.query<ProgressRow & Record<string, unknown>>(
    `\
select phase, heap_blks_total as total, heap_blks_scanned as scanned,
  heap_blks_vacuumed as vacuumed, index_vacuum_count as passes,
  ${knowsIndexes ? 'indexes_total' : 'null::int8'} as indexes,
  ${knowsIndexes ? 'indexes_processed' : 'null::int8'} as "indexesDone"
from pg_stat_progress_vacuum where pid = $1
union all
select 'analyze: ' || phase, sample_blks_total, sample_blks_scanned, 0, 0, null, null
from pg_stat_progress_analyze where pid = $1`,
    [pid],
  );
  return row ? progressLine(row, seconds) : null;
}

/**
 * Makes the line: the phase, the share of pages seen, and while pages are scanned the time
 * that the rest would take at that speed.
 */
export function progressLine(row: ProgressRow, seconds: number): string {
  const { phase, total, scanned, vacuumed, passes, indexes, indexesDone } = row;
  const done = phase === 'vacuuming heap' ? vacuumed : scanned;
  const share = total > 0 ? done / total : 0;
  const parts = [phase];
  if (indexes) parts.push(`index ${indexesDone ?? 0} of ${indexes}`);
  if (total > 0) parts.push(`${formatShare(share)} of its pages`);
  if (passes > 0) parts.push(`pass ${passes + 1} over its indexes`);
  if (phase.endsWith('scanning heap') && share > 0.01) {
    parts.push(`about ${formatSeconds(seconds / share - seconds)} to scan the rest`);
  }
  return parts.join(', ');
}
