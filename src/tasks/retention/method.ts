import type { Method, Policy } from './policies.ts';
import type { PolicyTable } from './policy-table.ts';

export type ChosenMethod = Exclude<Method, 'auto'>;

/**
 * Chooses how rows are got rid of: whole chunks or partitions where the table is divided by
 * the column of the policy and all rows are meant, else row by row. A text where the method
 * that the policy asks for does not fit the table: why not.
 *
 * @param byColumn the number of the column by whose ranges the table is divided
 */
export function chooseMethod(
  { method, where, column: given }: Pick<Policy, 'method' | 'where' | 'column'>,
  { kind, column }: Pick<PolicyTable, 'kind' | 'column'>,
  byColumn: number | null,
): { readonly method: ChosenMethod } | string {
  const isDivided = byColumn !== null && byColumn === column?.number;
  const fitting: ChosenMethod[] = [];
  if (isDivided && where === null) {
    if (kind === 'hypertable') fitting.push('drop-chunks');
    if (kind === 'partitioned') fitting.push('drop-partitions', 'detach-partitions');
  }
  fitting.push('delete');
  if (method === 'auto') return { method: fitting[0] as ChosenMethod };
  if (fitting.includes(method)) return { method };
  const wanted = method === 'drop-chunks' ? 'hypertable' : 'partitioned';
  if (kind !== wanted)
    return `the method ${method} is for another kind of table; it is ${kindNames[kind]}`;
  return `it is not divided by ranges of its column ${given}, so that ${method} would take other rows as well`;
}

const kindNames = {
  plain: 'a plain table',
  partitioned: 'a partitioned table',
  hypertable: 'a hypertable',
} as const;
