import type { Run } from '../../core/run.ts';
import { formatBytes, formatSeconds, formatShare } from '../../core/units.ts';
import { GaveWay, type Watch, watchCommand } from '../../postgres/command-watch.ts';
import type { Database } from '../../postgres/database.ts';
import { ownApplicationName } from '../../postgres/open-database.ts';
import type { WalMeter } from '../../postgres/wal-meter.ts';
import { describeHolder, type Holder, hasTouchedSql } from './old-transactions.ts';
import type { Rebuild } from './plan.ts';

/** A rebuild was given up because it waited too long for somebody. */
export class WaitedTooLong extends GaveWay {
  readonly holder: Holder;

  constructor(holder: Holder, message: string) {
    super(message);
    this.holder = holder;
  }
}

/** The watch over a rebuild. */
export interface RebuildWatch extends Watch {
  /** Whom it waits for just now; null where for nobody. */
  lastWait(): string | null;
}

/** A rebuild was given up because the server needs its table for an anti-wraparound vacuum. */
export class VacuumWaits extends GaveWay {}

/** A rebuild was given up because the run has written as much WAL as it may. */
export class WalSpent extends GaveWay {}

/** How long, and how much, a rebuild may take of others. */
export interface Limits {
  readonly maxWaitMs: number;
  readonly walBudgetBytes: number | null;
}

/** Where a rebuild stands, from pg_stat_progress_create_index and pg_locks. */
interface Progress {
  readonly phase: string | null;
  readonly isWaiting: boolean;
  readonly blocker: number | null;
  readonly isOwnBlocker: boolean;
  readonly isVacuumWaiting: boolean;
  readonly holder: Holder | null;
  readonly lockersTotal: number;
  readonly lockersDone: number;
  readonly blocksTotal: number;
  readonly blocksDone: number;
  readonly tuplesTotal: number;
  readonly tuplesDone: number;
}

/**
 * Watches a REINDEX CONCURRENTLY, which waits for old transactions at three points and has
 * no time limit of its own: it is to be stopped when one wait takes too long, when an
 * anti-wraparound vacuum queues up behind it, or when the WAL budget is spent.
 */
export function watchRebuild(
  { id, index }: Rebuild,
  pid: number,
  { maxWaitMs, walBudgetBytes }: Limits,
  wal: WalMeter,
  database: Database,
  run: Run,
): RebuildWatch {
  let waitingSinceMs: number | null = null;
  let last: Progress | null = null;
  let phaseSinceMs = Date.now();

  const watch = watchCommand({
    id,
    run,
    pollMs: Math.min(1000, Math.max(50, maxWaitMs / 4)),
    async whyToStop() {
      const before = last?.phase;
      last = await readProgress(database, pid, index.table.oid, ownApplicationName(run));
      if (last?.phase !== before) phaseSinceMs = Date.now();
      if (last?.isVacuumWaiting) {
        return new VacuumWaits('an anti-wraparound vacuum of its table waited for it');
      }
      if (walBudgetBytes !== null && (await wal.spentBytes()) > walBudgetBytes) {
        const budget = formatBytes(walBudgetBytes);
        return new WalSpent(
          `the server had written ${budget} of WAL (wal-budget) since the run began, whoever it was for`,
        );
      }
      // Another rebuild of this very run ends within the window, as this one does.
      if (!last?.isWaiting || last.isOwnBlocker) {
        waitingSinceMs = null;
        return null;
      }
      waitingSinceMs ??= Date.now();
      if (Date.now() - waitingSinceMs < maxWaitMs || !last.holder) return null;
      const limit = formatSeconds(maxWaitMs / 1000);
      return new WaitedTooLong(
        last.holder,
        `after ${limit} (max-wait) ${inPhase(last)}, behind ${describeHolder(last.holder)}`,
      );
    },
    progress: async () => last && progressLine(last, (Date.now() - phaseSinceMs) / 1000),
  });
  return {
    signal: watch.signal,
    lastWait: () =>
      last?.isWaiting && last.holder
        ? `${inPhase(last)}, behind ${describeHolder(last.holder)}`
        : null,
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}

function inPhase({ phase }: Progress): string {
  return phase === null ? 'in the queue for its table' : phase;
}

async function readProgress(
  database: Database,
  pid: number,
  tableOid: number,
  ownName: string,
): Promise<Progress | null> {
  const [row] = await database.query<Progress & Record<string, unknown>>(
    `\
with rebuild as materialized (
  select a.pid, p.phase, coalesce(a.wait_event_type = 'Lock', false) as "isWaiting",
    -- 0 is a prepared transaction, which the progress takes for the session that made it.
    case when 0 = any(pg_blocking_pids(a.pid)) then 0
      else coalesce(nullif(p.current_locker_pid, 0), (pg_blocking_pids(a.pid))[1])
    end as blocker,
    coalesce(p.lockers_total, 0) as "lockersTotal",
    coalesce(p.lockers_done, 0) as "lockersDone",
    coalesce(p.blocks_total, 0) as "blocksTotal", coalesce(p.blocks_done, 0) as "blocksDone",
    coalesce(p.tuples_total, 0) as "tuplesTotal", coalesce(p.tuples_done, 0) as "tuplesDone"
  from pg_stat_activity a left join pg_stat_progress_create_index p using (pid)
  where a.pid = $1
)
select r.*, coalesce(b.application_name = $2, false) as "isOwnBlocker",
  case when r.blocker is not null then jsonb_build_object(
    'pid', nullif(r.blocker, 0), 'user', coalesce(x.owner, b.usename), 'application', b.application_name,
    'state', b.state, 'backendStart', b.backend_start::text, 'prepared', case when r.blocker = 0 then coalesce(x.gid, 'unknown') end,
    'seconds', extract(epoch from clock_timestamp() - coalesce(x.prepared, b.xact_start))
  ) end as holder,
  exists (
    select from pg_stat_activity v
    -- From a role without pg_read_all_stats the type is hidden; a worker has no user.
    where (v.backend_type = 'autovacuum worker'
        or v.backend_type is null and v.usesysid is null)
      and r.pid = any(pg_blocking_pids(v.pid))) as "isVacuumWaiting"
from rebuild r
  left join pg_stat_activity b on b.pid = r.blocker
  left join lateral (
    select p.gid, p.owner, p.prepared from pg_prepared_xacts p
    where r.blocker = 0 and ${hasTouchedSql('p', '$3')}
    order by p.prepared limit 1) x on true`,
    [pid, ownName, tableOid],
  );
  return row ?? null;
}

/**
 * Says where a rebuild stands, and while it builds how long the rest of its phase would take.
 *
 * @param seconds since the phase began
 */
export function progressLine(progress: Progress, seconds: number): string {
  const { phase, isWaiting, holder, lockersTotal, lockersDone } = progress;
  const parts = [phase ?? 'waiting for its lock'];
  const [done, total] =
    progress.tuplesTotal > 0
      ? [progress.tuplesDone, progress.tuplesTotal]
      : [progress.blocksDone, progress.blocksTotal];
  if (lockersTotal > 0) {
    parts.push(`${lockersDone} of ${lockersTotal} transactions waited for`);
  } else if (total > 0) {
    const share = Math.min(1, done / total);
    parts.push(`${formatShare(share)} of this phase`);
    if (share > 0.01 && phase?.startsWith('building index')) {
      parts.push(`about ${formatSeconds(seconds / share - seconds)} for the rest of it`);
    }
  }
  if (isWaiting && holder) parts.push(`waits for ${describeHolder(holder)}`);
  return parts.join(', ');
}
