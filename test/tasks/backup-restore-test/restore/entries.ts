import type { Archive, TocEntry } from '../../../../src/pg-dump/archive.ts';

/** An entry of a table of contents. */
export function entry(kind: string, given: Partial<TocEntry> = {}): TocEntry {
  return {
    kind,
    id: 1,
    tag: 'trades',
    namespace: 'public',
    owner: null,
    section: 'pre-data',
    catalogOid: 0,
    oid: 0,
    definition: null,
    copyStatement: null,
    dependencies: [],
    hasData: false,
    dataOffset: null,
    ...given,
  };
}

/** An archive with these entries, as of a server of this version. */
export function archiveOf(entries: readonly TocEntry[], database = 'matchbook'): Archive {
  const header = {
    version: '1.14',
    codec: 'gzip' as const,
    createdAtLocal: new Date(0),
    database,
    serverVersion: '15.18',
    dumpVersion: '15.18',
  };
  return { header, entries, dataStartsAt: 100 };
}
