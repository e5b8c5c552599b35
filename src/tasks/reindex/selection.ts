import type { Finding } from '../../core/finding.ts';
import { nameFilter } from '../../postgres/name-filter.ts';
import { isChunkIndexOf } from './hypertables.ts';
import type { Index } from './indexes.ts';
import type { ReindexInputs } from './inputs.ts';
import { noSuch } from './plan-findings.ts';

/** The indexes that the inputs mean. */
export interface Selection {
  /** Those with storage of their own. */
  readonly indexes: readonly Index[];
  /** Whether the inputs mean less than all there are. */
  readonly isNarrow: boolean;
  readonly findings: readonly Finding[];
  /** Whether a pattern without `*` names the index, or the parent that it belongs to. */
  isNamed(index: Index): boolean;
}

/** Reads the inputs `indexes` and `tables` against what there is. */
export function selectIndexes(
  all: readonly Index[],
  inputs: Pick<ReindexInputs, 'indexes' | 'tables'>,
): Selection {
  const byName = nameFilter(inputs.indexes);
  const byTable = nameFilter(inputs.tables);
  const byOid = new Map(all.map((index) => [index.oid, index]));
  const roots = all.filter(({ kind, table }) => kind === 'I' || table.isHypertable);
  const tables = [...new Map(all.map(({ table }) => [table.oid, table])).values()];
  const tableByOid = new Map(tables.map((table) => [table.oid, table]));

  /** The index itself, and those above it. */
  function lineOf(index: Index): Index[] {
    const above = index.parents
      .map((oid) => byOid.get(oid))
      .filter((parent) => parent !== undefined);
    const ofHypertable = roots.filter((root) => isChunkIndexOf(index, root));
    return [index, ...above.flatMap(lineOf), ...ofHypertable];
  }

  /** Its table, those above it, and the one that a TOAST table belongs to. */
  function tablesOf({ table }: Index) {
    const line = [table];
    for (const one of line) {
      const above = one.parents
        .map((oid) => tableByOid.get(oid))
        .filter((parent) => parent !== undefined);
      line.push(...above.filter((parent) => !line.includes(parent)));
    }
    const ofToast = tables.find(({ id }) => id === table.ownerId);
    return ofToast && ofToast !== table ? [...line, ofToast] : line;
  }

  const isMeant = (index: Index) => {
    const line = lineOf(index);
    const above = tablesOf(index);
    return (
      line.some((one) => byName.matches(one)) &&
      !line.some((one) => byName.excludes(one)) &&
      above.some((one) => byTable.matches(one)) &&
      !above.some((one) => byTable.excludes(one))
    );
  };
  return {
    indexes: all.filter(({ kind, isValid }) => kind === 'i' && isValid).filter(isMeant),
    isNarrow: byName.isNarrow || byTable.isNarrow,
    findings: [
      ...byName.unmatched(all).map((pattern) => noSuch('index', pattern)),
      ...byTable.unmatched(tables).map((pattern) => noSuch('table', pattern)),
    ],
    isNamed: (index) => lineOf(index).some((one) => byName.names(one)),
  };
}
