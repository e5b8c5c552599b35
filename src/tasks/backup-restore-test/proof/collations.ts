import type pg from 'pg';
import { type Finding, finding } from '../../../core/finding.ts';

const ofCollations = `\
select
  collname as "name",
  collversion as "recorded",
  pg_collation_actual_version(c.oid) as "actual"
from pg_catalog.pg_collation c
where collversion is distinct from pg_collation_actual_version(c.oid)
  and collversion is not null
  and exists (select from pg_catalog.pg_index where c.oid = any (indcollation))`;

// PostgreSQL 15 brought it.
const ofDatabase = `\
select
  'default' as "name",
  datcollversion as "recorded",
  pg_database_collation_actual_version(oid) as "actual"
from pg_catalog.pg_database
where datname = current_database()
  and datcollversion is distinct from pg_database_collation_actual_version(oid)
  and datcollversion is not null`;

interface Collation {
  readonly name: string;
  readonly recorded: string;
  readonly actual: string | null;
}

/**
 * Finds collations that were created under another version of the system library. A usual
 * dump keeps no versions; that of pg_upgrade, or a database that was not made for the
 * restore, does.
 */
export async function checkCollations(client: pg.Client): Promise<Finding[]> {
  const { rows: versions } = await client.query<{ number: number }>(
    `select current_setting('server_version_num')::int as number`,
  );
  const hasDatabaseVersion = (versions[0]?.number ?? 0) >= 150_000;
  const sql = [ofCollations, ...(hasDatabaseVersion ? [ofDatabase] : [])];
  const { rows } = await client.query<Collation>(sql.join('\nunion all\n'));
  return rows.map(({ name, recorded, actual }) =>
    finding(
      'collation-mismatch',
      name,
      `Collation ${name} was made under version ${recorded}, and the system library here offers ${actual ?? 'none'}.`,
    ),
  );
}
