import { type Finding, finding } from '../../../core/finding.ts';
import { messageOf } from '../../../core/message-of.ts';
import type { Session } from '../../../postgres/session.ts';
import { formatS3Url } from '../../../s3/s3-url.ts';
import { type Note, readNote } from './manifest.ts';
import { discardNotes, settleNote } from './notes.ts';
import { type ArchivePlace, notesPrefix, pendingFolder } from './places.ts';

/**
 * Settles what killed runs have begun to archive: where a transaction that was to delete the
 * rows was committed, the objects count; where all were rolled back, they are removed, for
 * the rows are still in the table, and will be archived anew.
 */
export async function settleArchive(
  database: Pick<Session, 'query'>,
  place: Pick<ArchivePlace, 'store' | 'prefix' | 'table' | 'database'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { store } = place;
  const findings: Finding[] = [];
  const unsettled = (key: string, why: string) => {
    const message = `What ${formatS3Url(store.bucket, key)} notes cannot be settled: ${why}.`;
    findings.push(finding('archive-unsettled', place.table, message));
  };
  const consignments = new Map<string, { key: string; note: Note }[]>();
  for (const { key } of await store.list(notesPrefix(place), { signal })) {
    if (!key.startsWith(pendingFolder(place))) {
      unsettled(
        key,
        'it was written before the server took another history, by a failover or from a backup',
      );
      continue;
    }
    try {
      const note = readNote(Buffer.from(await store.get(key, { signal })).toString());
      const others = consignments.get(note.keyPrefix) ?? [];
      consignments.set(note.keyPrefix, [...others, { key, note }]);
    } catch (error) {
      signal.throwIfAborted();
      unsettled(key, messageOf(error));
    }
  }
  for (const [keyPrefix, notes] of consignments) {
    const keys = notes.map(({ key }) => key);
    const statuses = await Promise.all(notes.map(({ note }) => statusOf(database, note)));
    const committed = notes[statuses.indexOf('committed')];
    const unknown = statuses.findIndex((status) => status !== 'aborted');
    if (committed) await settleNote(store, keys, committed.note);
    else if (unknown < 0) await discardNotes(store, keys, keyPrefix, signal);
    else unsettled(keys[unknown] ?? keyPrefix, statuses[unknown] ?? '');
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
