import { type Finding, finding } from '../core/finding.ts';
import type { Database } from './database.ts';

/**
 * Finds indexes that were left invalid. One that is being built is no finding, nor is the
 * index of a partitioned table: it stays invalid until each partition has its own.
 */
export async function invalidIndexFindings(database: Database): Promise<Finding[]> {
  const rows = await database.query<{ index: string; table: string }>(`\
select format('%I.%I', n.nspname, x.relname) as index,
  format('%I.%I', tn.nspname, t.relname) as table
from pg_index i
  join pg_class x on x.oid = i.indexrelid
  join pg_namespace n on n.oid = x.relnamespace
  join pg_class t on t.oid = i.indrelid
  join pg_namespace tn on tn.oid = t.relnamespace
where not i.indisvalid and x.relkind = 'i'
  and not exists (select from pg_stat_progress_create_index p where p.relid = i.indrelid)
order by 1`);
  return rows.map(({ index, table }) =>
    finding('invalid-index', index, `The index ${index} of ${table} is invalid.`, {
      remedy: `Run: reindex index concurrently ${index}; or: drop index concurrently ${index}`,
    }),
  );
}
