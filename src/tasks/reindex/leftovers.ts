import { type Finding, finding } from '../../core/finding.ts';
import { formatBytes } from '../../core/units.ts';
import type { Database } from '../../postgres/database.ts';
import { type InvalidIndex, readInvalidIndexes } from '../../postgres/invalid-indexes.ts';
import { isLeftoverOf, type LeftoverKind, leftoverKind } from './leftover-names.ts';
import type { Memory } from './memory.ts';

/** An invalid index that a rebuild has left. */
export interface Leftover extends InvalidIndex {
  readonly kind: LeftoverKind;
  /** The oids of the indexes of which it may be: names that are cut can be the same. */
  readonly ofOids: readonly number[];
  /** The name of the first of these. */
  readonly ofName: string;
}

/** The leftover of a rebuild that an invalid index is by its name; null where it is none. */
export function asLeftover(index: InvalidIndex): Leftover | null {
  const kind = leftoverKind(index.name);
  const bases = index.siblings.filter(({ name }) => isLeftoverOf(index.name, name));
  const [base] = bases;
  if (!kind || !base) return null;
  // The old index keeps its oid when the new one takes over its name.
  const ofOids = kind === 'ccold' ? [index.oid] : bases.map(({ oid }) => oid);
  return { ...index, kind, ofOids, ofName: base.name };
}

/** Reads the leftovers of rebuilds, on one table or on all. */
export async function readLeftovers(
  database: Database,
  tableOid: number | null = null,
): Promise<Leftover[]> {
  const invalid = await readInvalidIndexes(database, tableOid);
  return invalid.map(asLeftover).filter((one) => one !== null);
}

/** Whether a run that kept this memory has left it, and nobody else before. */
export function isOurs({ oid, ofOids }: Leftover, memory: Memory): boolean {
  const isRecorded = ofOids.some((one) => memory.indexes.includes(one));
  return isRecorded && !memory.others.includes(oid);
}

/** The command that drops an index without locking its table. */
export function dropCommand({ id }: Pick<InvalidIndex, 'id'>): string {
  return `DROP INDEX CONCURRENTLY ${id}`;
}

/** Reports a leftover that is still there. */
export function leftoverFinding(
  leftover: Leftover,
  details: { severity?: 'low'; why: string },
): Finding {
  const { id, ofName, kind, tableId, isReady, bytes } = leftover;
  const cost = isReady ? ', and every write to the table maintains it' : '';
  const end =
    kind === 'ccold'
      ? 'The rebuild itself has succeeded.'
      : 'The index that was to be rebuilt is still in use.';
  return finding(
    'invalid-index-leftover',
    id,
    `A rebuild of ${ofName} on ${tableId} has left ${id} (${formatBytes(bytes)})${cost}. ${end} ${details.why}`,
    {
      ...(details.severity && { severity: details.severity }),
      remedy: `Run: ${dropCommand(leftover)}`,
    },
  );
}

/** Reports a leftover of ours that could not be dropped. */
export function stillThere([leftover, error]: [Leftover, string]): Finding {
  return leftoverFinding(leftover, {
    why: leftover.mayDrop
      ? `It could not be dropped: ${error}. The next run tries again, if it has the maintenance log to know it by.`
      : 'Only its owner may drop it.',
  });
}

/** Reports that nobody could look whether a rebuild has left anything. */
export function unknownLeftover(
  { id, table }: { id: string; table: { id: string } },
  error: string,
): Finding {
  return finding(
    'not-checked',
    id,
    `Whether the rebuild of ${id} has left an invalid index on ${table.id} could not be looked up: ${error}.`,
    {
      remedy: `Look for an invalid index of ${table.id} whose name ends in _ccnew or _ccold, and drop it with DROP INDEX CONCURRENTLY.`,
    },
  );
}

/** Reports an invalid index that no rebuild has left. */
export function foreignFinding({ id, tableId, isUnique }: InvalidIndex): Finding {
  const unique = isUnique ? ' It is to be unique, and does not keep duplicates out.' : '';
  const rebuild = `reindex index concurrently ${id}`;
  return finding(
    'invalid-index-foreign',
    id,
    `The index ${id} of ${tableId} is invalid, as a CREATE INDEX CONCURRENTLY that failed leaves it.${unique} It was not touched.`,
    {
      remedy: isUnique
        ? `Remove the duplicates, then run: ${rebuild}; or run: drop index concurrently ${id}`
        : `Run: ${rebuild}; or: drop index concurrently ${id}`,
    },
  );
}
