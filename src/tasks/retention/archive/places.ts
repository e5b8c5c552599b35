interface Place {
  readonly prefix: string;
  /** Schema and name as the server quotes them. */
  readonly table: string;
}

/** Under which all of a table lies. A name may have anything in it, also a slash. */
export function folderOf({ prefix, table }: Place): string {
  return `${prefix}${encodeURIComponent(table)}/`;
}

/**
 * Under which the notes lie on what is not settled yet.
 *
 * @param database identifies the database: only its own server knows what became of its
 *   transactions
 */
export function notesPrefix(place: Place & { readonly database: string }): string {
  return `${folderOf(place)}pending/${place.database}/`;
}
