import pg from 'pg';
import { type Finding, finding } from '../../core/finding.ts';
import { formatSeconds } from '../../core/units.ts';
import type { Database } from '../../postgres/database.ts';

/** Somebody whose transaction a rebuild waits for. */
export interface Holder {
  readonly pid: number | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly state: string | null;
  /** Since its transaction began; null where our role may not know. */
  readonly seconds: number | null;
  /** When its backend was started: a pid alone may be somebody else's by the time it is read. */
  readonly backendStart: string | null;
  /** The name of a prepared transaction. */
  readonly prepared: string | null;
}

/** Says so where our role may not see since when others are in a transaction. */
export async function unseenTransactions(database: Database): Promise<Finding[]> {
  const { role } = database.server;
  const [access] = await database.query<{ seesAll: boolean }>(
    `select pg_has_role('pg_read_all_stats', 'usage') as "seesAll"`,
  );
  if (access?.seesAll) return [];
  return [
    finding(
      'not-checked',
      'old transactions',
      `Since when others are in a transaction is not known: role ${role} may not see it. A rebuild may be begun in vain, and is given up after max-wait.`,
      { remedy: `Run: grant pg_read_all_stats to ${pg.escapeIdentifier(role)}` },
    ),
  ];
}

/**
 * Finds the transaction that a rebuild of an index of this table would wait for longest, if
 * it is older than so long: one with a snapshot, on whatever table of this database, or one
 * that has touched this table, prepared transactions too. Not waited for is the snapshot of a
 * VACUUM, and of another CONCURRENTLY unless its index has expressions or a predicate.
 */
export async function oldTransaction(
  database: Database,
  tableOid: number,
  olderThanMs: number,
  ownName: string,
): Promise<Holder | null> {
  const [holder] = await database.query<Holder & Record<string, unknown>>(
    `\
with touching as materialized (
  select pid from pg_locks
  where locktype = 'relation' and relation = $1 and granted
    and database = (select oid from pg_database where datname = current_database())
), holder as (
  select a.pid, a.usename::text as user, a.application_name as application, a.state,
    extract(epoch from clock_timestamp() - a.xact_start)::float8 as seconds,
    a.backend_start::text as "backendStart", null as prepared
  from pg_stat_activity a
  where a.datname = current_database()
    and a.backend_type is distinct from 'autovacuum worker'
    and a.application_name is distinct from $3 and a.pid <> pg_backend_pid()
    and (a.pid in (select pid from touching)
      or (a.backend_xmin is not null
        and a.pid not in (select pid from pg_stat_progress_vacuum)
        and a.pid not in (
          select p.pid from pg_stat_progress_create_index p
            join pg_index i on i.indexrelid = p.index_relid
          where p.command like '%CONCURRENTLY' and p.datname = current_database()
            and i.indexprs is null and i.indpred is null)))
  union all
  select null, p.owner::text, null, 'prepared',
    extract(epoch from clock_timestamp() - p.prepared)::float8, null, p.gid
  from pg_prepared_xacts p
  where p.database = current_database() and ${hasTouchedSql('p', '$1')}
)
select * from holder where seconds * 1000 > $2 order by seconds desc limit 1`,
    [tableOid, olderThanMs, ownName],
  );
  return holder ?? null;
}

/**
 * The SQL condition under which a transaction `p` of pg_prepared_xacts holds a lock on a
 * table. Its locks have no pid; they are known by the one on the transaction itself.
 */
export function hasTouchedSql(p: string, tableOid: string): string {
  return `exists (
    select from pg_locks own join pg_locks l using (virtualtransaction)
    where own.locktype = 'transactionid' and own.transactionid = ${p}.transaction
      and own.pid is null and l.pid is null
      and l.locktype = 'relation' and l.relation = ${tableOid})`;
}

/** Says who it is. */
export function describeHolder(holder: Holder): string {
  const { pid, user, application, state, seconds, prepared } = holder;
  const since = seconds === null ? '' : ` for ${formatSeconds(seconds)}`;
  if (prepared !== null) {
    return `prepared transaction ${prepared} (user ${user}), there${since}`;
  }
  const who = [application, user && `user ${user}`].filter(Boolean).join(', ');
  return `pid ${pid} (${who || 'unknown application'}), ${state ?? 'in a transaction'}${since}`;
}

/** What to run to end it. */
function remedyFor({ pid, prepared, backendStart }: Holder): string {
  if (prepared !== null) {
    return `Commit it, or run: rollback prepared ${pg.escapeLiteral(prepared)}`;
  }
  const still = backendStart
    ? ` and backend_start = ${pg.escapeLiteral(backendStart)}`
    : '';
  return `Let its owner end it, or run: select pg_terminate_backend(pid) from pg_stat_activity where pid = ${pid}${still}`;
}

/** One name for one transaction, within a run. */
export function keyOf({ pid, prepared }: Holder): string {
  return `${pid} ${prepared}`;
}

/** Names who is in the way, and of how many rebuilds. */
export function holderFinding(holder: Holder, what: string): Finding {
  const subject =
    holder.pid === null ? `transaction ${holder.prepared}` : `pid ${holder.pid}`;
  return finding('old-transaction', subject, `${describeHolder(holder)}: ${what}`, {
    remedy: remedyFor(holder),
  });
}
