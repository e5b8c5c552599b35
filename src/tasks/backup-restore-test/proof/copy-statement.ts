import pg from 'pg';
import type { TocEntry } from '../../../pg-dump/archive.ts';

/** What a COPY statement of an archive loads into, as it is quoted there. */
export interface CopyTarget {
  readonly schema: string;
  readonly table: string;
  /** `public.trades`, each name quoted where it must be. */
  readonly name: string;
  /** `(id, price)`; empty where the table has no columns that are stored. */
  readonly columns: string;
}

const identifier = '(?:[a-z_][a-z0-9_]*|"(?:[^"\\0]|"")+")';
const form = new RegExp(
  `^COPY (${identifier})\\.(${identifier}) (\\(${identifier}(?:, ${identifier})*\\))? FROM stdin;\\n?$`,
);
// pg_dump leaves two blanks where there is no list of columns.
const formWithoutColumns = new RegExp(
  `^COPY (${identifier})\\.(${identifier}) {1,2}FROM stdin;\\n?$`,
);

/**
 * Reads the statement that pg_dump writes to load a table. Returns null for any other
 * text: nothing that stands in an archive is run as it stands.
 */
export function readCopyStatement(statement: string): CopyTarget | null {
  const found = form.exec(statement) ?? formWithoutColumns.exec(statement);
  if (!found) return null;
  const [, schema = '', table = '', columns = ''] = found;
  return {
    schema: unquoted(schema),
    table: unquoted(table),
    name: `${schema}.${table}`,
    columns,
  };
}

/**
 * Turns the way of a COPY round: what it loaded is read back, in the encoding of the
 * archive; of the root of partitions, the rows of all of them.
 */
export function copyOutStatement(
  { name, columns }: CopyTarget,
  { encoding, isRoot }: { encoding: string; isRoot: boolean },
): string {
  const rows = isRoot
    ? `(select ${columns.slice(1, -1)} from ${name})`
    : `${name} ${columns}`;
  return `copy ${rows} to stdout (encoding ${pg.escapeLiteral(encoding)})`;
}

/** Whether the rows of an entry are loaded into another table: the root of its partitions. */
export function isLoadedThroughRoot(entry: TocEntry): boolean {
  const target = entry.copyStatement ? readCopyStatement(entry.copyStatement) : null;
  return (
    target !== null && (target.schema !== entry.namespace || target.table !== entry.tag)
  );
}

function unquoted(identifier: string): string {
  return identifier.startsWith('"')
    ? identifier.slice(1, -1).replaceAll('""', '"')
    : identifier;
}
