import type { Database } from '../../postgres/database.ts';
import { chunkColumn, readChunks } from './chunks.ts';
import type { Cutoff } from './cutoff.ts';
import { heapsOf } from './heaps.ts';
import type { ChosenMethod } from './method.ts';
import { rangeColumn, readPartitions } from './partitions.ts';
import { type Choice, chooseParts, keepParts, type Part } from './parts.ts';
import type { Policy } from './policies.ts';
import type { PolicyTable } from './policy-table.ts';

/** How a table is divided, and what of that a policy means. */
export interface Division {
  readonly parts: readonly Part[];
  readonly choice: Choice;
  /** The oids of all relations in which rows of the table lie. */
  readonly allHeaps: readonly number[];
  /** Of those from which rows are deleted one by one. */
  readonly walked: readonly number[];
}

/** The number of the column by whose ranges a table is divided; null if by none. */
export async function dividingColumn(
  database: Database,
  table: PolicyTable,
): Promise<number | null> {
  if (table.kind === 'partitioned') return rangeColumn(database, table);
  if (table.kind === 'hypertable') return chunkColumn(database, table);
  return null;
}

/** Reads the parts of a table, and chooses what is to become of each. */
export async function divide(
  database: Database,
  table: PolicyTable,
  policy: Policy,
  method: ChosenMethod,
  cutoff: Cutoff,
  byColumn: number | null,
): Promise<Division> {
  const isDivided = byColumn !== null && byColumn === table.column?.number;
  const parts = await readParts(database, table, policy, cutoff, isDivided);
  const allHeaps = await heapsOf(database, table);
  if (method === 'delete') {
    const choice = keepParts(parts);
    const kept = new Set(choice.kept.flatMap(({ part }) => part.heaps));
    return { parts, choice, allHeaps, walked: allHeaps.filter((oid) => !kept.has(oid)) };
  }
  const choice = chooseParts(parts, table.kind === 'partitioned');
  const straddling = policy.straddling === 'delete' ? choice.straddling : [];
  const walked = straddling
    .filter(({ rowObstacle }) => rowObstacle === null)
    .flatMap(({ heaps }) => heaps);
  return { parts, choice, allHeaps, walked };
}

async function readParts(
  database: Database,
  table: PolicyTable,
  policy: Policy,
  cutoff: Cutoff,
  isDivided: boolean,
): Promise<readonly Part[]> {
  if (table.kind === 'hypertable') {
    return readChunks(database, table, cutoff, policy, isDivided);
  }
  return isDivided ? readPartitions(database, table, cutoff) : [];
}
