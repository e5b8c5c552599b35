import { finding } from '../../core/finding.ts';
import type { Session } from '../../postgres/session.ts';
import type { Cutoff } from './cutoff.ts';
import { type Objection, refused } from './guards.ts';
import type { ChosenMethod } from './method.ts';
import type { Part } from './parts.ts';
import type { Policy } from './policies.ts';
import type { PolicyTable } from './policy-table.ts';

type Queryable = Pick<Session, 'query'>;

/** What speaks against taking rows away from a hypertable. */
export async function objectionsToChunks(
  database: Queryable,
  table: PolicyTable,
  policy: Policy,
  cutoff: Cutoff,
  method: ChosenMethod,
  parts: readonly Part[],
): Promise<Objection[]> {
  return [
    ...(await ownJobs(database, table)),
    ...(method === 'drop-chunks' ? await referencingTables(database, table, policy) : []),
    ...(await aggregates(database, table, cutoff, parts)),
  ];
}

async function ownJobs(database: Queryable, table: PolicyTable): Promise<Objection[]> {
  const jobs = await database.query<{ id: number; after: string | null }>(
    `\
select job_id as id, coalesce(config ->> 'drop_after', config ->> 'drop_created_before') as after
from timescaledb_information.jobs
where proc_name = 'policy_retention' and scheduled
  and hypertable_schema = $1 and hypertable_name = $2`,
    [table.schema, table.name],
  );
  return jobs.map(({ id, after }) =>
    finding(
      'retention-job',
      table.id,
      `TimescaleDB drops chunks of ${table.id} by itself, after ${after} (job ${id}). It was left to that.`,
    ),
  );
}

/** `drop_chunks` takes away the constraint of whoever references a chunk, not his rows. */
async function referencingTables(
  database: Queryable,
  { oid }: PolicyTable,
  policy: Policy,
): Promise<Objection[]> {
  const keys = await database.query<{ name: string; id: string }>(
    `\
select f.conname as name, f.conrelid::regclass::text as id from pg_constraint f
where f.contype = 'f' and f.confrelid = $1 and f.conparentid = 0`,
    [oid],
  );
  return keys.map(({ name, id }) =>
    refused(
      policy,
      `${id} references it by ${name}, and to drop a chunk would drop that constraint and leave its rows behind`,
      'Use the method delete, or drop the foreign key.',
    ),
  );
}

/**
 * What continuous aggregates would lose: what they have not taken in yet, and what they
 * would forget as they are refreshed over a range that has no rows any more.
 */
async function aggregates(
  database: Queryable,
  table: PolicyTable,
  cutoff: Cutoff,
  parts: readonly Part[],
): Promise<Objection[]> {
  const touched = parts.filter(
    ({ isExpired, isStraddling }) => isExpired || isStraddling,
  );
  const [lower] = touched.map((part) => part.lower);
  const upper = touched.findLast(({ isExpired }) => isExpired)?.upper ?? null;
  if (lower === undefined) return [];
  const [functions] = await database.query<{ schema: string }>(
    `select coalesce(to_regnamespace('_timescaledb_functions'),
      to_regnamespace('_timescaledb_internal'))::text as schema`,
  );
  const micros = (time: string) =>
    `${functions?.schema}.to_unix_microseconds(${time}::timestamptz)`;
  const rows = await database.query<{
    view: string;
    isBehind: boolean;
    forgets: boolean;
    offset: string | null;
  }>(
    `\
with aggregate as (
  select a.*, h.id as hypertable_id from _timescaledb_catalog.continuous_agg a
    join _timescaledb_catalog.hypertable h on h.id = a.raw_hypertable_id
  where h.schema_name = $1 and h.table_name = $2
), pending as (
  select l.materialization_id as id, l.lowest_modified_value as lowest,
    l.greatest_modified_value as greatest
  from _timescaledb_catalog.continuous_aggs_materialization_invalidation_log l
  union all
  select a.mat_hypertable_id, l.lowest_modified_value, l.greatest_modified_value
  from _timescaledb_catalog.continuous_aggs_hypertable_invalidation_log l
    join aggregate a on a.hypertable_id = l.hypertable_id
)
select format('%I.%I', a.user_view_schema, a.user_view_name) as view,
  coalesce($4::text is not null and (
    ${functions?.schema}.cagg_watermark(a.mat_hypertable_id) < ${micros('$4')}
    or exists (select from pending p where p.id = a.mat_hypertable_id
      and p.lowest < ${micros('$4')} and p.greatest > ${micros('$3')})), true) as "isBehind",
  coalesce(j.id is not null and (j.config ->> 'start_offset' is null
    or now() - (j.config ->> 'start_offset')::interval < $5::timestamptz), false) as forgets,
  j.config ->> 'start_offset' as offset
from aggregate a left join _timescaledb_config.bgw_job j
  on j.hypertable_id = a.mat_hypertable_id and j.scheduled
    and j.proc_name = 'policy_refresh_continuous_aggregate'
order by 1`,
    [table.schema, table.name, lower, upper, cutoff.time],
  );
  return rows.flatMap(({ view, isBehind, forgets, offset }) => {
    const objection = (message: string, remedy: string) =>
      finding('continuous-aggregate', view, message, { remedy });
    return [
      ...(isBehind
        ? [
            objection(
              `${view} has not taken in all rows of ${table.id} that have expired: they would never be in it.`,
              `Run: call refresh_continuous_aggregate('${view}', '${lower}', '${upper}')`,
            ),
          ]
        : []),
      ...(forgets
        ? [
            objection(
              `${view} is refreshed from ${offset === null ? 'the beginning' : `${offset} ago`} on, which is before the cut-off of ${table.id} (${cutoff.time}): it would forget what its rows come from.`,
              'Give its refresh policy a start_offset that is shorter than the rows are kept.',
            ),
          ]
        : []),
    ];
  });
}
