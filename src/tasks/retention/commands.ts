import pg from 'pg';
import type { Cutoff } from './cutoff.ts';
import type { Scope } from './figures.ts';
import type { ChosenMethod } from './method.ts';
import type { Choice, Part } from './parts.ts';
import type { PolicyTable } from './policy-table.ts';

/** What deleting the expired rows comes to, as one command. */
export function deleteSql(id: string, { expired }: Pick<Scope, 'expired'>): string {
  return `DELETE FROM ${id} WHERE ${expired.replaceAll('\n', ' ')}`;
}

/**
 * The command that drops the chunks of one range and no others: those that end no later, and
 * begin no earlier.
 *
 * @param schema of the functions of TimescaleDB
 */
export function dropChunkSql(
  table: PolicyTable,
  { lower, upper }: Part,
  schema: string,
): string {
  const at = (time: string | null) =>
    `${pg.escapeLiteral(time ?? '')}::${table.column?.type}`;
  return `SELECT ${schema}.drop_chunks(${pg.escapeLiteral(table.id)}, older_than => ${at(upper)}, newer_than => ${at(lower)})`;
}

/** The command that takes a partition away from its table. */
export function detachSql(
  { id }: Pick<PolicyTable, 'id'>,
  part: Part,
  isConcurrent: boolean,
): string {
  const how = part.isDetachPending ? ' FINALIZE' : isConcurrent ? ' CONCURRENTLY' : '';
  return `ALTER TABLE ${id} DETACH PARTITION ${part.id}${how}`;
}

/** Whether DETACH … CONCURRENTLY is possible: not beside a default partition. */
export function detachesConcurrently({ straddling }: Choice): boolean {
  return !straddling.some(({ isDefault }) => isDefault);
}

/** All commands that drop or detach the parts of a table. */
export function dropCommand(
  table: PolicyTable,
  method: ChosenMethod,
  parts: Choice,
  cutoff: Cutoff,
): string {
  const ids = parts.toDrop.map((part) => part.id);
  switch (method) {
    case 'drop-chunks':
      return `SELECT drop_chunks(${pg.escapeLiteral(table.id)}, older_than => ${cutoff.literal})`;
    case 'drop-partitions':
      return `DROP TABLE ${ids.join(', ')}`;
    default:
      return parts.toDrop
        .map((part) => detachSql(table, part, detachesConcurrently(parts)))
        .join('; ');
  }
}
