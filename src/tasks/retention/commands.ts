import pg from 'pg';
import type { Scope } from './figures.ts';
import type { ChosenMethod } from './method.ts';
import type { Choice, Part } from './parts.ts';
import type { PolicyTable } from './policy-table.ts';

/** What deleting the expired rows comes to, as one command. */
export function deleteSql(id: string, { expired }: Pick<Scope, 'expired'>): string {
  return `DELETE FROM ${id} WHERE ${oneLine(expired)}`;
}

function oneLine(sql: string): string {
  // A comment would take the rest of the line with it.
  return sql.includes('--') ? sql : sql.replaceAll(/\s*\n\s*/g, ' ');
}

/**
 * The commands that drop one part and no other. Chunks are those of a range that end no
 * later, and begin no earlier.
 *
 * @param isReferenced whether a foreign key references the table: then a partition must be
 *   detached before, which looks whether a row of it is referenced
 * @param schema of the functions of TimescaleDB
 */
export function dropSql(
  table: PolicyTable,
  part: Part,
  method: ChosenMethod,
  isReferenced: boolean,
  schema: string,
): string[] {
  if (method === 'drop-chunks') {
    const at = (time: string | null) =>
      `${pg.escapeLiteral(time ?? '')}::${table.column?.type}`;
    return [
      `SELECT ${schema}.drop_chunks(${pg.escapeLiteral(table.id)}, older_than => ${at(part.upper)}, newer_than => ${at(part.lower)})`,
    ];
  }
  const detach = `ALTER TABLE ${table.id} DETACH PARTITION ${part.id}`;
  return [...(isReferenced ? [detach] : []), `DROP TABLE ${part.id}`];
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
  isReferenced: boolean,
  schema: string,
): string {
  return parts.toDrop
    .flatMap((part) =>
      method === 'detach-partitions'
        ? [detachSql(table, part, detachesConcurrently(parts))]
        : dropSql(table, part, method, isReferenced, schema),
    )
    .join('; ');
}
