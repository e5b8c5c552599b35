import pg from 'pg';
import type { BlockDigest } from '../../../pg-dump/decode-archive.ts';
import {
  type CopyTarget,
  isLoadedThroughRoot,
  readCopyStatement,
} from './copy-statement.ts';
import { type RestoredTable, tableKey } from './restored-tables.ts';

/** A restored table, and what of the archive went into it. */
export interface Comparison {
  /** `public.trades`, each name quoted where it must be. */
  readonly table: string;
  /**
   * `text`: the texts must be equal. `any-order`: the rows must be. `count`: only their
   * number is known. `none`: nothing can be compared, `why` says it.
   */
  readonly how: 'text' | 'any-order' | 'count' | 'none';
  readonly why: string | null;
  readonly target: CopyTarget | null;
  readonly digests: readonly BlockDigest[];
  readonly rows: number;
  readonly bytes: number;
  /** Undefined where it is not there. */
  readonly restored: RestoredTable | undefined;
}

/** Makes the list of what is to be compared, the largest first. */
export function makeComparisons(
  digests: readonly BlockDigest[],
  tables: ReadonlyMap<string, RestoredTable>,
): Comparison[] {
  const ofTables = digests.filter(({ form }) => form !== 'blobs');
  const groups = Map.groupBy(ofTables, (digest) => {
    const { entry } = digest;
    const { schema, table } = targetOf(digest) ?? {
      schema: entry.namespace,
      table: entry.tag,
    };
    return tableKey(schema, table);
  });
  return [...groups]
    .map(([key, group]) => comparisonOf(group, tables.get(key)))
    .sort((one, other) => other.bytes - one.bytes);
}

function comparisonOf(
  digests: readonly BlockDigest[],
  restored: RestoredTable | undefined,
): Comparison {
  const [first] = digests as [BlockDigest];
  const target = targetOf(first);
  return {
    ...wayOf(digests, target, restored),
    table: target?.name ?? nameOf(first),
    target,
    digests,
    rows: sum(digests.map(({ rows }) => rows)),
    bytes: sum(digests.map(({ textBytes }) => textBytes)),
    restored,
  };
}

function wayOf(
  digests: readonly BlockDigest[],
  target: CopyTarget | null,
  restored: RestoredTable | undefined,
): Pick<Comparison, 'how' | 'why'> {
  if (restored?.kind === 'f')
    return none('it is a foreign table: its rows lie elsewhere');
  if (digests.some(({ form }) => form === 'inserts')) {
    return { how: 'count', why: 'its rows were dumped as INSERT statements' };
  }
  if (target === null) return none('the archive loads it by a statement of unknown form');
  if (digests.length === 1 && !digests.some(({ entry }) => isLoadedThroughRoot(entry))) {
    return { how: 'text', why: null };
  }
  return digests.every(({ rowHash }) => rowHash !== null)
    ? { how: 'any-order', why: null }
    : {
        how: 'count',
        why: 'it was loaded through the root of its partitions, in any order',
      };
}

function targetOf({ form, entry }: BlockDigest): CopyTarget | null {
  return form === 'copy' && entry.copyStatement !== null
    ? readCopyStatement(entry.copyStatement)
    : null;
}

function nameOf({ entry: { namespace, tag } }: BlockDigest): string {
  const quoted = (name: string) =>
    /^[a-z_][a-z0-9_]*$/.test(name) ? name : pg.escapeIdentifier(name);
  return namespace === null ? quoted(tag) : `${quoted(namespace)}.${quoted(tag)}`;
}

function none(why: string): Pick<Comparison, 'how' | 'why'> {
  return { how: 'none', why };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
