import { setTimeout as delay } from 'node:timers/promises';
import { type Finding, finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import { formatBytes } from '../../core/units.ts';
import type { RetentionTarget } from './target.ts';

const pollMs = 1000;

/** Others may be at work on a table for so long before the step is given up for this run. */
const patienceMs = 10 * 60_000;

/** Why a step stops before it is through. */
export interface Stop {
  readonly because: 'deadline' | 'budget' | 'others';
  /** For people: `the deadline came`. */
  readonly why: string;
  readonly findings?: readonly Finding[];
}

/** Somebody had locked the table, or one that references it, for too long. */
export function lockedBy(id: string, who: string): Stop {
  return {
    because: 'others',
    why: `locked by others: ${who}`,
    findings: [finding('table-locked', id, `${id} was locked: ${who}.`)],
  };
}

/**
 * Waits until a batch may begin: until the standbys follow, and nobody vacuums, analyzes or
 * indexes the relation. Says why where that does not come about in time.
 */
export async function untilClear(
  { oid, id }: { readonly oid: number; readonly id: string },
  target: RetentionTarget,
  run: Run,
): Promise<Stop | null> {
  const { database, replicas } = target;
  const spentBytes = await target.spentWalBudgetBytes();
  if (spentBytes !== null) {
    return {
      because: 'budget',
      why: `the run has written ${formatBytes(spentBytes)} of WAL, its budget`,
    };
  }
  const lag = await replicas.untilReplicasFollow(run);
  if (lag !== null) return { because: 'deadline', why: `the deadline came while ${lag}` };
  const giveUpAtMs = Date.now() + patienceMs;
  for (let isSaid = false; ; isSaid = true) {
    if (run.window.timeLeftMs() === 0)
      return { because: 'deadline', why: 'the deadline came' };
    const worker = await workerOn(oid);
    if (worker === null) return null;
    if (Date.now() > giveUpAtMs) return { because: 'others', why: worker };
    if (!isSaid) run.log.info(`  ${id}: waits, for ${worker}`);
    await delay(pollMs, undefined, { signal: run.signal });
  }

  /** VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY hold a lock that no one else takes. */
  async function workerOn(relation: number): Promise<string | null> {
    const [worker] = await database.query<{ pid: number; what: string }>(
      `\
select l.pid, coalesce(nullif(a.backend_type, 'client backend'), nullif(a.application_name, ''),
    'somebody') as what
from pg_locks l left join pg_stat_activity a using (pid)
where l.locktype = 'relation' and l.relation = $1 and l.granted
  and l.mode = 'ShareUpdateExclusiveLock' and l.pid <> pg_backend_pid()
  and l.database = (select oid from pg_database where datname = current_database())
limit 1`,
      [relation],
    );
    return worker ? `pid ${worker.pid} (${worker.what}) is at work on the table` : null;
  }
}
