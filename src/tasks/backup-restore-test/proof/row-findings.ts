import { type Finding, finding } from '../../../core/finding.ts';
import { formatCount } from '../../../core/units.ts';
import type { TableProof } from './compare-table.ts';
import { counted, foldMany, nameThose } from './fold.ts';

/** What is to be told of the tables that are not proven. */
export function rowFindings(proofs: readonly TableProof[]): Finding[] {
  const differing = proofs.filter(({ status }) => status === 'differs');
  const hasAll = ({ archiveRows, restoredRows }: TableProof) =>
    archiveRows === restoredRows;
  return [
    ...foldMany(
      differing.filter((proof) => !hasAll(proof)),
      (proof) => finding('row-mismatch', proof.table, `${rowMessage(proof)}.`),
      (cases) =>
        finding(
          'row-mismatch',
          'rows',
          `${counted(cases.length, 'table')} do not have as many rows as the archive: ${nameThose(cases.map(rowMessage))}.`,
        ),
    ),
    ...foldMany(
      differing.filter(hasAll),
      (proof) => finding('content-mismatch', proof.table, contentMessage(proof)),
      (cases) =>
        finding(
          'content-mismatch',
          'rows',
          `${counted(cases.length, 'table')} do not have the rows of the archive, although as many: ${nameThose(cases.map(({ table }) => table))}. ${cases.slice(0, 1).map(contentMessage).join('')}`,
        ),
    ),
    ...notComparable(proofs),
  ];
}

function rowMessage({ table, archiveRows, restoredRows, note }: TableProof): string {
  const restored =
    restoredRows === null ? 'none that can be read' : formatCount(restoredRows);
  const reason = note === null ? '' : ` (${note})`;
  return `${table} has ${counted(archiveRows, 'row')} in the archive, and after the restore ${restored}${reason}`;
}

function contentMessage(proof: TableProof): string {
  const { table, restoredRows, archiveSha256, restoredSha256, note } = proof;
  const hashes = archiveSha256
    ? `the SHA-256 of their text is ${archiveSha256} in the archive, ${restoredSha256} restored`
    : note;
  return `${table} has ${counted(restoredRows ?? 0, 'row')} in the archive and after the restore, but they are not the same: ${hashes}.`;
}

function notComparable(proofs: readonly TableProof[]): Finding[] {
  const cases = proofs.filter(
    ({ status }) => status === 'rows-only' || status === 'not-comparable',
  );
  const byReason = Map.groupBy(cases, ({ status, note }) => `${status} ${note}`);
  return [...byReason.values()].map((group) => {
    const [{ table, status, note }] = group as [TableProof];
    const tables = nameThose(group.map((proof) => proof.table));
    const what =
      status === 'rows-only'
        ? 'Only the number of rows was compared'
        : 'The rows could not be compared';
    return finding('not-checked', table, `${what} of ${tables}: ${note}.`, {
      remedy:
        'Nothing, where you know why. A dump by COPY (without --inserts), taken with PGTZ=UTC, can be compared byte for byte.',
    });
  });
}
