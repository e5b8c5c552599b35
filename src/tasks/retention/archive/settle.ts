import { type Finding, finding } from '../../../core/finding.ts';
import { messageOf } from '../../../core/message-of.ts';
import type { Session } from '../../../postgres/session.ts';
import { formatS3Url } from '../../../s3/s3-url.ts';

import { type Note, readNote } from './manifest.ts';
import { discardNote, settleNote } from './notes.ts';
import { type ArchivePlace, notesPrefix } from './places.ts';

/**
 * Settles what killed runs have begun to archive: where the transaction that was to delete
 * the rows was committed, the objects count; else they are removed, for the rows are still
 * in the table, and will be archived anew.
 */
export async function settleArchive(
  database: Pick<Session, 'query'>,
  place: Pick<ArchivePlace, 'store' | 'prefix' | 'table' | 'database'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { store } = place;
  const findings: Finding[] = [];
  for (const { key } of await store.list(notesPrefix(place), { signal })) {
    const unsettled = (why: string) =>
      findings.push(
        finding(
          'archive-unsettled',
          place.table,
          `What ${formatS3Url(store.bucket, key)} notes cannot be settled: ${why}.`,
        ),
      );
    let note: Note;
    try {
      note = readNote(Buffer.from(await store.get(key, { signal })).toString());
    } catch (error) {
      unsettled(messageOf(error));
      continue;
    }
    const status = await statusOf(database, note);
    if (status === 'committed') await settleNote(store, key, note);
    else if (status === 'aborted') await discardNote(store, key, note.keyPrefix, signal);
    else unsettled(status);
  }
  return findings;
}

/** What became of the transaction that was to delete the rows, or why that is not known. */
async function statusOf(
  database: Pick<Session, 'query'>,
  { transaction }: Note,
): Promise<string> {
  if (transaction === null) return 'aborted';
  const [row] = await database
    .query<{ status: string | null }>('select pg_xact_status($1::xid8) as status', [
      transaction,
    ])
    .catch((error): { status: string }[] => [{ status: messageOf(error) }]);
  if (row?.status === 'in progress')
    return `its transaction ${transaction} is still in progress`;
  return (
    row?.status ?? `the server no longer knows what became of transaction ${transaction}`
  );
}
