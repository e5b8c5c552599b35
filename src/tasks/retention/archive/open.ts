import type { Session } from '../../../postgres/session.ts';
import type { S3Location } from '../../../s3/s3-url.ts';
import type { StepContext } from '../step-context.ts';
import type { ArchivePlace, Column } from './archive.ts';

/** The archive of a step that is being carried out. */
export interface ArchiveContext {
  readonly place: ArchivePlace;
  /** Each consignment of a run has a number of its own. */
  nextNumber(): number;
}

/** Opens the archive of a policy. */
export async function openArchive(
  { bucket, prefix }: S3Location,
  { policy, deletion, target, run }: StepContext,
): Promise<ArchiveContext> {
  const { table, cutoff } = deletion;
  const { id, attempt } = run.identity;
  const place: ArchivePlace = {
    store: await target.store(bucket),
    prefix,
    table: table.id,
    columns: await readColumns(target.database, table.oid),
    timeColumn: policy.column,
    cutoff: cutoff.time,
    where: policy.where,
    run: `${id}-${attempt}-${run.startedAt.getTime()}`,
    signal: run.signal,
  };
  let number = 0;
  return { place, nextNumber: () => ++number };
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
