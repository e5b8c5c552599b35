import type { Session } from '../../../postgres/session.ts';
import type { S3Location } from '../../../s3/s3-url.ts';
import type { StepContext } from '../step-context.ts';
import type { ArchivePlace, Column } from './places.ts';

/** Opens the archive of a policy. */
export async function openArchive(
  { bucket, prefix }: S3Location,
  { policy, deletion, target, run }: StepContext,
): Promise<ArchivePlace> {
  const { table, cutoff } = deletion;
  const { id, attempt } = run.identity;
  return {
    store: await target.store(bucket),
    prefix,
    table: table.id,
    columns: await readColumns(target.database, table.oid),
    timeColumn: policy.column,
    cutoff: cutoff.time,
    where: policy.where,
    run: `${id}-${attempt}-${run.startedAt.getTime()}`,
    database: await databaseIdentity(target.database),
    signal: run.signal,
  };
}

/**
 * Names the database together with the history of its server: after a failover, or from a
 * backup, its transactions are others.
 */
export async function databaseIdentity(
  database: Pick<Session, 'query'>,
): Promise<string> {
  const [row] = await database.query<{ identity: string }>(
    `\
select concat_ws('-', (select system_identifier from pg_control_system()),
  (select oid from pg_database where datname = current_database()),
  (select timeline_id from pg_control_checkpoint())) as identity`,
  );
  return (row as { identity: string }).identity;
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
