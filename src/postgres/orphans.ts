import type { Run } from '../core/run.ts';
import type { Database } from './database.ts';
import { ownApplicationName } from './open-database.ts';

/** How many backends of a run are there, this one not counted. */
export async function countOwnBackends(database: Database, run: Run): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `\
select count(*)::int as count from pg_stat_activity
where application_name = $1 and pid <> pg_backend_pid()`,
    [ownApplicationName(run)],
  );
  return row?.count ?? 0;
}

/**
 * Ends what a killed run still has at work on the server. Only backends that carry the
 * run's own id in `application_name` are touched. Says what was found.
 */
export async function endOrphans(database: Database, run: Run): Promise<string> {
  const orphans = await database.query<{ pid: number; query: string }>(
    // Materialized: the planner must never try a backend before it has read its name.
    `\
with orphan as materialized (
  select pid, query from pg_stat_activity
  where application_name = $1 and pid <> pg_backend_pid()
) select pid, query, pg_terminate_backend(pid) from orphan`,
    [ownApplicationName(run)],
  );
  if (orphans.length === 0) return 'The server had already ended all of its commands.';
  const list = orphans.map(({ pid, query }) => `pid ${pid}: ${query}`).join('; ');
  return `Ended what it had left running on the server: ${list}.`;
}
