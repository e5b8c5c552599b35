import type { Evidence } from '../../../src/tasks/reindex/evidence.ts';
import type { Index, IndexedTable } from '../../../src/tasks/reindex/indexes.ts';
import type { Judgement } from '../../../src/tasks/reindex/judge.ts';

export const MB = 1024 ** 2;

let lastOid = 16_384;

/** A table that may be worked on. */
export function table(name: string, changes: Partial<IndexedTable> = {}): IndexedTable {
  const oid = ++lastOid;
  return {
    oid,
    schema: 'public',
    name,
    id: `public.${name}`,
    ownerOid: oid,
    ownerId: `public.${name}`,
    deadTuples: 0,
    liveTuples: 4_000_000,
    bytes: 200 * MB,
    isCatalog: false,
    isHypertable: false,
    mayReindex: true,
    owner: 'matchbook',
    ownerIsSuperuser: false,
    writes: 0,
    changedShare: 0,
    isWraparoundDue: false,
    ...changes,
  };
}

/** A B-tree of 100 MB and 4,000,000 rows on a table of its own. */
export function index(name: string, changes: Partial<Index> = {}): Index {
  return {
    oid: ++lastOid,
    schema: 'public',
    name,
    id: `public.${name}`,
    kind: 'i',
    method: 'btree',
    table: table(`table_of_${name}`),
    isUnique: false,
    isPartial: false,
    isExclusion: false,
    isValid: true,
    bytes: 100 * MB,
    rows: 4_000_000,
    fillfactor: 0.9,
    mayDeduplicate: true,
    mayName: true,
    mayDrop: true,
    scans: 0,
    parents: [],
    tablespaceOid: 1663,
    ...changes,
  };
}

/** Evidence of so much bloat, by a look at all pages. */
export function evidence(bloat: number, changes: Partial<Evidence> = {}): Evidence {
  return { kind: 'exact', bloat, margin: 0.01, detail: 'all pages read', ...changes };
}

/** An index with so much bloat. */
export function judged(of: Index, bloat: number | null): Judgement {
  return {
    index: of,
    builtDensity: 0.9,
    evidence: bloat === null ? null : evidence(bloat),
  };
}
