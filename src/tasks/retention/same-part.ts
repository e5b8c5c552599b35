import type { Session } from '../../postgres/session.ts';
import { readChunkOids } from './chunks.ts';
import type { ChosenMethod } from './method.ts';
import type { Part } from './parts.ts';
import type { PolicyTable } from './policy-table.ts';

/** A part is no longer what it was when it was planned or archived. */
export class PartChanged extends Error {}

/**
 * Looks at a part once more where nobody can change it any more: that it still belongs to the
 * table, under its name, in its range, and consists of what it did. Throws `PartChanged`.
 */
export async function throwIfOther(
  session: Session,
  table: PolicyTable,
  part: Part,
  method: ChosenMethod,
): Promise<void> {
  const oids =
    method === 'drop-chunks'
      ? await readChunkOids(session, table, part)
      : await partitionOids(session, table, part);
  const sorted = (numbers: readonly number[]) =>
    [...numbers].sort((a, b) => a - b).join();
  if (oids !== null && sorted(oids) === sorted(part.heaps)) return;
  throw new PartChanged(`${part.id} is no longer what it was when the plan was made`);
}

/** The oids of what a partition consists of; null where it is another one now. */
async function partitionOids(
  session: Session,
  { oid }: PolicyTable,
  part: Part,
): Promise<number[] | null> {
  const [row] = await session.query<{ oids: number[] }>(
    `\
select array(select t.relid::int8 from pg_partition_tree(c.oid::regclass) t
    join pg_class leaf on leaf.oid = t.relid where t.isleaf and leaf.relkind = 'r') as oids
from pg_inherits i join pg_class c on c.oid = i.inhrelid
  join pg_namespace n on n.oid = c.relnamespace
where i.inhparent = $1 and i.inhrelid = $2 and format('%I.%I', n.nspname, c.relname) = $3
  and pg_get_expr(c.relpartbound, c.oid) = $4`,
    [oid, part.oid, part.id, part.bound],
  );
  return row?.oids ?? null;
}
