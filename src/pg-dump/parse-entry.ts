import type { TocEntry } from './archive.ts';
import { ArchiveCorrupt } from './archive-errors.ts';
import type { HeadReader } from './head-reader.ts';

/** `teSection` of pg_backup.h. */
const sections = new Map<number, TocEntry['section']>([
  [1, 'none'],
  [2, 'pre-data'],
  [3, 'data'],
  [4, 'post-data'],
]);
/** `K_OFFSET_…` of pg_backup_archiver.h. */
const offsetFlags = { notSet: 1, set: 2, noData: 3 };

/** Parses an entry of the table of contents, as `ReadToc` of pg_backup_archiver.c does. */
export function parseEntry(reader: HeadReader, minor: number): TocEntry {
  const startsAt = reader.at;
  const refuse = (what: string): never => {
    throw new ArchiveCorrupt(startsAt, `an entry of its table of contents ${what}`);
  };
  const id = reader.int();
  if (id < 1) refuse(`has the number ${id}`);
  // Whether pg_dump had something to write for it; the offset says so, too.
  reader.int();
  const [catalogOid, oid] = [reader.text(), reader.text()];
  const tag = reader.text() ?? '';
  const kind = reader.text() || refuse('has no kind');
  const section = sections.get(reader.int()) ?? refuse('is in no section');
  const definition = reader.text();
  // The statement that drops it.
  reader.text();
  const copyStatement = reader.text();
  const namespace = reader.text();
  // Its tablespace and, since 1.14, its access method.
  reader.text();
  reader.text();
  // The kind of relation.
  if (minor >= 16) reader.int();
  const owner = reader.text();
  // Whether the table has OIDs in its rows, which none has any more.
  reader.text();
  const dependencies: number[] = [];
  for (let text = reader.text(); text !== null; text = reader.text()) {
    if (!/^\d+$/.test(text)) refuse(`depends on ${JSON.stringify(text.slice(0, 20))}`);
    dependencies.push(Number(text));
  }
  const { flag, offset } = reader.offset();
  if (!Object.values(offsetFlags).includes(flag)) refuse('has a flag that is unknown');
  const isSet = flag === offsetFlags.set;
  return {
    id,
    kind,
    tag,
    namespace: namespace || null,
    owner: owner || null,
    section,
    catalogOid: Number(catalogOid),
    oid: Number(oid),
    definition: definition || null,
    copyStatement: copyStatement || null,
    dependencies,
    hasData: flag !== offsetFlags.noData,
    // pg_dump takes 0 for one that was never written.
    dataOffset: isSet && offset > 0 ? offset : null,
  };
}
