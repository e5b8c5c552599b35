/**
 * Counts the columns of `COPY public.trades (id, "odd, name") FROM stdin;`; a table without
 * columns has no list. Null where the statement has another form.
 */
export function columnsOf(copyStatement: string | null): number | null {
  const plain = copyStatement?.replace(/"(?:[^"]|"")*"/g, 'quoted') ?? '';
  const [all, list] = /^COPY \S+ (?:\(([^()]*)\))? ?FROM stdin;\s*$/.exec(plain) ?? [];
  if (all === undefined) return null;
  return list === undefined ? 0 : list.split(',').length;
}
