import type { Finding } from '../../core/finding.ts';
import { type NamedObject, nameFilter } from '../../postgres/name-filter.ts';
import { isChunkIndexOf } from './hypertables.ts';
import type { Index, NamedTable } from './indexes.ts';
import type { ReindexInputs } from './inputs.ts';
import { noSuch } from './plan-findings.ts';

/** The indexes that the inputs mean. */
export interface Selection {
  /** Those with storage of their own. */
  readonly indexes: readonly Index[];
  /** Whether the inputs mean less than all there are. */
  readonly isNarrow: boolean;
  readonly findings: readonly Finding[];
  /** The index itself, and those of the partitioned tables and hypertables above it. */
  lineOf(index: Index): Index[];
  /** Its table, or the one that a TOAST table belongs to, and those above it. */
  tablesOf(index: Index): NamedTable[];
  /** Whether a pattern without `*` names the index, or the parent that it belongs to. */
  isNamed(index: Index): boolean;
}

/** Reads the inputs `indexes` and `tables` against what there is. */
export function selectIndexes(
  all: readonly Index[],
  tables: readonly NamedTable[],
  inputs: Pick<ReindexInputs, 'indexes' | 'tables'>,
): Selection {
  const byName = nameFilter(inputs.indexes);
  const byTable = nameFilter(inputs.tables);
  const indexByOid = new Map(all.map((index) => [index.oid, index]));
  const tableByOid = new Map(tables.map((table) => [table.oid, table]));
  const ofHypertables = all.filter(({ table }) => table.isHypertable);

  /** Its table, or the one that a TOAST table belongs to, and those above it. */
  function tablesOf({ table }: Index): NamedTable[] {
    return withParents(tableByOid.get(table.ownerOid), tableByOid);
  }

  /** The index itself, and those of the partitioned tables and hypertables above it. */
  function lineOf(index: Index): Index[] {
    const line = withParents(index, indexByOid);
    const above = tablesOf(index);
    const [table] = above;
    const ofHypertable = ofHypertables.filter(
      (root) =>
        above.some(({ oid }) => oid === root.table.oid) &&
        isChunkIndexOf(index, table?.name ?? '', root),
    );
    return [...line, ...ofHypertable];
  }

  const isMeant = (index: Index) => {
    const [line, above] = [lineOf(index), tablesOf(index)];
    return (
      line.some((one) => byName.matches(one)) &&
      !line.some((one) => byName.excludes(one)) &&
      (!byTable.isNarrow || above.some((one) => byTable.matches(one))) &&
      !above.some((one) => byTable.excludes(one))
    );
  };
  return {
    indexes: all.filter(hasRows).filter(isMeant),
    isNarrow: byName.isNarrow || byTable.isNarrow,
    findings: [
      ...unmatched(inputs.indexes, all).map((pattern) =>
        noSuch('index', pattern, {
          isTable: nameFilter([pattern.replace(/^!/, '')]).unmatched(tables).length === 0,
        }),
      ),
      ...unmatched(inputs.tables, tables).map((pattern) => noSuch('table', pattern)),
    ],
    lineOf,
    tablesOf,
    isNamed: (index) => lineOf(index).some((one) => byName.names(one)),
  };
}

/** The patterns that match nothing, those that leave something out with them. */
function unmatched(
  patterns: readonly string[] | null,
  objects: readonly NamedObject[],
): string[] {
  return (patterns ?? []).filter(
    (pattern) => nameFilter([pattern.replace(/^!/, '')]).unmatched(objects).length > 0,
  );
}

/** Neither a partitioned table nor a hypertable has rows of its own. */
function hasRows({ kind, isValid, table }: Index): boolean {
  return kind === 'i' && isValid && !table.isHypertable;
}

/** Something and all that lies above it. */
function withParents<Item extends { readonly parents: readonly number[] }>(
  item: Item | undefined,
  byOid: ReadonlyMap<number, Item>,
): Item[] {
  const line = new Set<Item>();
  const visit = (one: Item | undefined) => {
    if (!one || line.has(one)) return;
    line.add(one);
    for (const oid of one.parents) visit(byOid.get(oid));
  };
  visit(item);
  return [...line];
}
