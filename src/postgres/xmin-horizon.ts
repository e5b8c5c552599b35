import pg from 'pg';
import { type Finding, finding } from '../core/finding.ts';
import { formatCount, formatSeconds } from '../core/units.ts';
import type { Database } from './database.ts';

/** Something that keeps dead tuples from being removed. */
export interface HorizonHolder {
  readonly kind: 'session' | 'prepared transaction' | 'replication slot' | 'standby';
  /** The name of the slot, standby or prepared transaction, or the application. */
  readonly name: string | null;
  readonly pid: number | null;
  readonly user: string | null;
  readonly state: string | null;
  /** Seconds since its transaction began; null where we may not know, and for slots. */
  readonly seconds: number | null;
  /** Transactions since the oldest one that it still needs. */
  readonly age: number;
}

/**
 * Lists what holds back the xmin horizon for ordinary tables of this database, the oldest
 * first: transactions, prepared transactions, slots and standbys with feedback.
 * Sessions of `ownName` and autovacuum workers do not count: a lazy VACUUM holds back
 * nobody.
 */
export async function horizonHolders(
  database: Database,
  ownName: string,
): Promise<HorizonHolder[]> {
  return database.query<HorizonHolder & Record<string, unknown>>(
    `\
select 'session' as kind, application_name as name, pid, usename::text as user, state,
  extract(epoch from clock_timestamp() - xact_start)::float8 as seconds,
  greatest(age(backend_xmin), age(backend_xid)) as age
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
  and (backend_xmin is not null or backend_xid is not null)
  and backend_type is distinct from 'autovacuum worker'
  and application_name is distinct from $1
union all
select 'standby', application_name, pid, usename::text, state, null, age(backend_xmin)
from pg_stat_replication where backend_xmin is not null
union all
select 'replication slot', slot_name::text, active_pid, null,
  case when active then 'active' else 'inactive' end, null, age(xmin)
from pg_replication_slots where xmin is not null
union all
select 'prepared transaction', gid, null, owner::text, 'prepared',
  extract(epoch from clock_timestamp() - prepared)::float8, age(transaction)
from pg_prepared_xacts where database = current_database()
order by age desc`,
    [ownName],
  );
}

/** Makes the finding that names a holder, with what to do about it. */
export function horizonFinding(holder: HorizonHolder, consequence: string): Finding {
  const { kind, name, pid, user, state, seconds, age } = holder;
  const who = {
    session: `pid ${pid} (${[name, user && `user ${user}`].filter(Boolean).join(', ') || 'unknown application'})`,
    standby: `standby ${name} (pid ${pid})`,
    'replication slot': `replication slot ${name}`,
    'prepared transaction': `prepared transaction ${name} (user ${user})`,
  }[kind];
  const since = seconds === null ? '' : ` for ${formatSeconds(seconds)}`;
  const message = `${who}, ${state ?? 'state unknown'}, has held the xmin horizon back${since} (${formatCount(age)} transactions). ${consequence}`;
  return finding('xmin-horizon-held', who, message, { remedy: remedyFor(holder) });
}

function remedyFor({ kind, name, pid, state }: HorizonHolder): string {
  const literal = pg.escapeLiteral(name ?? '');
  switch (kind) {
    case 'session':
      return state === null
        ? `See what it is: grant pg_read_all_stats to this role. To end it: select pg_terminate_backend(${pid})`
        : `Let its owner end it, or run: select pg_terminate_backend(${pid})`;
    case 'standby':
      return 'End the long query on the standby, or set hot_standby_feedback = off there.';
    case 'replication slot':
      return `Bring its consumer back, or run: select pg_drop_replication_slot(${literal})`;
    case 'prepared transaction':
      return `Commit it, or run: rollback prepared ${literal}`;
  }
}
