import type { Run } from '../../../core/run.ts';
import type { Session } from '../../../postgres/session.ts';
import type { S3Location } from '../../../s3/s3-url.ts';
import type { Deletion } from '../plan-policy.ts';
import type { Policy } from '../policies.ts';
import type { RetentionTarget } from '../target.ts';
import type { ArchivePlace, Column } from './archive.ts';

/** Opens the place where a policy archives. */
export async function openArchive(
  policy: Policy,
  location: S3Location,
  { table, cutoff }: Deletion,
  target: RetentionTarget,
  run: Run,
): Promise<ArchivePlace> {
  return {
    store: await target.store(location.bucket),
    prefix: location.prefix,
    table: table.id,
    columns: await readColumns(target.database, table.oid),
    timeColumn: policy.column,
    cutoff: cutoff.time,
    where: policy.where,
    run: `${run.identity.id}-${run.identity.attempt}-${run.startedAt.getTime()}`,
    signal: run.signal,
  };
}

/** Generated columns are left out: they cannot be copied back in, and follow from the rest. */
async function readColumns(
  database: Pick<Session, 'query'>,
  tableOid: number,
): Promise<Column[]> {
  return database.query<Column & Record<string, unknown>>(
    `\
select attname as name, quote_ident(attname) as id, format_type(atttypid, atttypmod) as type
from pg_attribute
where attrelid = $1 and attnum > 0 and not attisdropped and attgenerated = ''
order by attnum`,
    [tableOid],
  );
}
