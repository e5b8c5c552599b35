import type { Database } from '../../postgres/database.ts';
import type { Index } from './indexes.ts';

/** SQL that yields the oids of the hypertables of TimescaleDB; of none where there is none. */
export async function hypertablesSql(database: Database): Promise<string> {
  const [timescale] = await database.query(
    `select from pg_extension where extname = 'timescaledb'`,
  );
  return timescale
    ? `select c.oid from timescaledb_information.hypertables t
    join pg_namespace n on n.nspname = t.hypertable_schema
    join pg_class c on c.relnamespace = n.oid and c.relname = t.hypertable_name`
    : 'select null::oid as oid where false';
}

/**
 * Whether an index of a chunk is the counterpart of an index of its hypertable. TimescaleDB
 * names it after both, and cuts the name at 63 bytes.
 */
export function isChunkIndexOf(
  index: Index,
  chunk: string,
  hypertableIndex: Index,
): boolean {
  const whole = `${chunk}_${hypertableIndex.name}`;
  return (
    index.name === whole ||
    (Buffer.byteLength(index.name) >= 60 && whole.startsWith(index.name))
  );
}
