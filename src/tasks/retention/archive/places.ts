import type { ObjectStore } from '../../../s3/object-store.ts';

/** A column that is exported. */
export interface Column {
  readonly name: string;
  /** As the server quotes it. */
  readonly id: string;
  readonly type: string;
}

/** What is archived, and where. */
export interface ArchivePlace {
  readonly store: ObjectStore;
  readonly prefix: string;
  /** Schema and name of the table as the server quotes them. */
  readonly table: string;
  readonly columns: readonly Column[];
  /** The column of the policy. */
  readonly timeColumn: string;
  readonly cutoff: string;
  readonly where: string | null;
  readonly run: string;
  /** Identifies the database, as long as its history is the same. */
  readonly database: string;
  readonly signal: AbortSignal;
}

/** What of a row is exported, in SQL: what identifies its version, then its columns. */
export function exportedColumns(
  { columns }: Pick<ArchivePlace, 'columns'>,
  timeColumn: string,
): string {
  return ['ctid', 'xmin', timeColumn, ...columns.map(({ id }) => id)].join(', ');
}

interface Folder {
  readonly prefix: string;
  /** Schema and name as the server quotes them. */
  readonly table: string;
}

/** Under which all of a table lies. A name may have anything in it, also a slash. */
export function folderOf({ prefix, table }: Folder): string {
  return `${prefix}${encodeURIComponent(table)}/`;
}

/**
 * Under which the notes lie on what is not settled yet.
 *
 * @param database identifies the database: only its own server knows what became of its
 *   transactions, and that only as long as its history is the same, which comes last
 */
export function notesPrefix(place: Folder & { readonly database: string }): string {
  return `${folderOf(place)}pending/${place.database.replace(/[^-]*$/, '')}`;
}

/** The folder of the notes of a database with this history. */
export function pendingFolder(place: Folder & { readonly database: string }): string {
  return `${folderOf(place)}pending/${place.database}/`;
}
