import { type Finding, finding } from '../../core/finding.ts';
import type { Session } from '../../postgres/session.ts';
import type { Cutoff } from './cutoff.ts';
import type { Part } from './parts.ts';
import type { Policy } from './policies.ts';
import type { PolicyTable } from './policy-table.ts';

type Queryable = Pick<Session, 'query'>;

/** The number of the column by whose ranges a hypertable is divided. */
export async function chunkColumn(
  database: Queryable,
  { oid, schema, name }: PolicyTable,
): Promise<number | null> {
  const [row] = await database.query<{ number: number }>(
    `\
select a.attnum as number from timescaledb_information.dimensions d
  join pg_attribute a on a.attrelid = $1 and a.attname = d.column_name
where d.hypertable_schema = $2 and d.hypertable_name = $3 and d.dimension_number = 1`,
    [oid, schema, name],
  );
  return row?.number ?? null;
}

/** The bit of a chunk's status that says it is frozen. */
const frozenBit = 4;

/**
 * Reads the chunks of a hypertable, the oldest first. Chunks that cover the same range, by a
 * second dimension, are one part: `drop_chunks` knows no way to tell them apart.
 *
 * @param isDivided whether it is divided by the column of the policy
 */
export async function readChunks(
  database: Queryable,
  { schema, name, column }: PolicyTable,
  cutoff: Cutoff,
  policy: Pick<Policy, 'archive'>,
  isDivided: boolean,
): Promise<Part[]> {
  const type = column?.type ?? 'timestamptz';
  // For all types of time the view has the reading in UTC.
  const value = (time: string) =>
    type === 'timestamptz' ? time : `(${time} at time zone 'UTC')::${type}`;
  const rows = await database.query<
    Part & { isCompressed: boolean; frozen: string | null }
  >(
    `\
with chunk as (
  select k.oid::int8 as oid, format('%I.%I', v.chunk_schema, v.chunk_name) as id,
    v.range_start, v.range_end, v.range_start_integer, v.range_end_integer,
    v.is_compressed, c.status & ${frozenBit} <> 0 as is_frozen
  from timescaledb_information.chunks v
    join _timescaledb_catalog.chunk c on c.schema_name = v.chunk_schema
      and c.table_name = v.chunk_name
    join pg_namespace n on n.nspname = v.chunk_schema
    join pg_class k on k.relnamespace = n.oid and k.relname = v.chunk_name
  where v.hypertable_schema = $1 and v.hypertable_name = $2
)
select min(oid) as oid, string_agg(id, ', ' order by id) as id, array_agg(oid) as heaps,
  false as "isDefault", false as "isDetachPending", null as bound,
  coalesce(${isDivided} and ${value('range_end')} <= ${cutoff.literal}, false) as "isExpired",
  coalesce(not ${isDivided} or (${value('range_end')} > ${cutoff.literal}
    and ${value('range_start')} < ${cutoff.literal}), true) as "isStraddling",
  ${value('range_start')}::text as lower, ${value('range_end')}::text as upper,
  bool_or(is_compressed) as "isCompressed",
  min(id) filter (where is_frozen) as frozen
from chunk group by range_start, range_end, range_start_integer, range_end_integer
order by range_end, range_end_integer`,
    [schema, name],
  );
  return rows.map(({ frozen, ...part }) => {
    const isFrozen = frozen === null ? null : `${frozen} is frozen; see unfreeze_chunk`;
    const isCompressed = part.isCompressed
      ? 'it is compressed; see decompress_chunk'
      : null;
    return {
      ...part,
      obstacle: isFrozen ?? (policy.archive ? isCompressed : null),
      rowObstacle: isFrozen ?? isCompressed,
    };
  });
}

/** The oids of the chunks that cover the range of a part just now. */
export async function readChunkOids(
  database: Queryable,
  { schema, name }: PolicyTable,
  { heaps }: Part,
): Promise<number[]> {
  const rows = await database.query<{ oid: number }>(
    `\
with chunk as (
  select format('%I.%I', chunk_schema, chunk_name)::regclass::oid::int8 as oid,
    range_start, range_end
  from timescaledb_information.chunks
  where hypertable_schema = $1 and hypertable_name = $2
)
select oid from chunk where (range_start, range_end) in (
  select range_start, range_end from chunk where oid = any($3))`,
    [schema, name, heaps],
  );
  return rows.map(({ oid }) => oid);
}

/** The schema of the functions of TimescaleDB that users call. */
export async function timescaleSchema(database: Queryable): Promise<string> {
  const [row] = await database.query<{ schema: string }>(
    `select extnamespace::regnamespace::text as schema from pg_extension where extname = 'timescaledb'`,
  );
  return row?.schema ?? 'public';
}

/** Chunks that lie in object storage are not seen by anything here. */
export async function tieredRemark(
  database: Queryable,
  { schema, name, id }: PolicyTable,
): Promise<Finding[]> {
  const rows = await database.query(
    `\
select from _timescaledb_catalog.chunk c
  join _timescaledb_catalog.hypertable h on h.id = c.hypertable_id
where h.schema_name = $1 and h.table_name = $2 and c.osm_chunk`,
    [schema, name],
  );
  if (rows.length === 0) return [];
  return [
    finding(
      'not-checked',
      id,
      `${id} has chunks in object storage, which were not looked at: rows in them may have expired.`,
      { remedy: 'Untier them, or leave them to a retention policy of TimescaleDB.' },
    ),
  ];
}
