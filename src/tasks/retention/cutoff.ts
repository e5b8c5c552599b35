import pg from 'pg';
import type { Session } from '../../postgres/session.ts';
import type { Policy } from './policies.ts';
import type { TimeColumn, TimeType } from './policy-table.ts';

type Queryable = Pick<Session, 'query'>;

/** Which rows of a policy are too old: those before a time taken once. */
export interface Cutoff {
  /** RFC 3339, in UTC. */
  readonly time: string;
  /** Seconds since 1970. */
  readonly unixSeconds: number;
  /** The time as a value of the column's type, in SQL. */
  readonly literal: string;
}

/** What the clock of the database shows. */
export interface Clock {
  /** As the server writes it, to the microsecond. */
  readonly now: string;
  readonly unixMs: number;
}

/** Reads the clock of the database, once for a whole run. */
export async function readClock(database: Queryable): Promise<Clock> {
  const [clock] = await database.query<Clock & Record<string, unknown>>(
    'select now()::text as now, extract(epoch from now())::float8 * 1000 as "unixMs"',
  );
  return clock as Clock;
}

/**
 * Makes the cut-off of a policy: so many calendar days, months or hours before now on the
 * wall clock of the policy's time zone. Of a date, the whole day must have passed.
 */
export async function makeCutoff(
  database: Queryable,
  { keep, timeZone }: Pick<Policy, 'keep' | 'timeZone'>,
  type: TimeType,
  { now }: Pick<Clock, 'now'>,
): Promise<Cutoff> {
  const [row] = await database.query<{ time: string; seconds: number; value: string }>(
    `\
with local as (
  select ($1::timestamptz at time zone $2) - $3::interval as time
)
select to_char(time at time zone $2, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as time,
  extract(epoch from time at time zone $2)::float8 as seconds,
  case $4 when 'timestamptz' then (time at time zone $2)::text
    when 'timestamp' then time::text else time::date::text end as value
from local`,
    [now, timeZone, keep, type],
  );
  const { time, seconds, value } = row as {
    time: string;
    seconds: number;
    value: string;
  };
  return {
    time,
    unixSeconds: Math.floor(seconds),
    literal: `${pg.escapeLiteral(value)}::${type}`,
  };
}

/**
 * The SQL conditions under which a row is old enough, and under which it has expired; that
 * of the policy is checked before.
 */
export function expiredSql(
  column: Pick<TimeColumn, 'id'>,
  cutoff: Cutoff,
  where: string | null,
): { isOld: string; expired: string } {
  const isOld = `${column.id} < ${cutoff.literal}`;
  // On lines of its own, so that a comment in it ends with it.
  return { isOld, expired: where === null ? isOld : `${isOld} and (\n${where}\n)` };
}
