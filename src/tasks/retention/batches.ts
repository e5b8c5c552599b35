import type { Session } from '../../postgres/session.ts';
import type { Scope } from './figures.ts';
import type { Heap } from './heaps.ts';
import type { Batch, Walk } from './walks.ts';

/**
 * Gets rid of the rows of one batch, in one transaction. Null where nothing was done, and the
 * same batch is to be tried once more.
 */
export type RunBatch = (
  session: Session,
  heap: Heap,
  select: Walk['select'],
  timeoutMs: number | null,
) => Promise<Batch | null>;

/**
 * Deletes the rows that a selection finds and nobody else has locked. All in one statement:
 * the lock makes the server look at the condition once more where a row has just changed,
 * and what is deleted is what was locked.
 */
export function deleteBatch({ alias, column, expired }: Scope): RunBatch {
  return async (session, heap, select, timeoutMs) => {
    const { sql, values } = select(`ctid, ${column} as time`);
    const begunMs = performance.now();
    const [batch] = await session.limitedQuery<Omit<Batch, 'seconds'>>(
      `\
with batch as materialized (
${sql}
for update of ${alias} skip locked
), gone as (
  delete from only ${heap.id} as ${alias}
  where ctid = any(array(select ctid from batch)) and ${expired}
  returning 1
)
select (select count(*) from batch) as found, (select count(*) from gone) as deleted,
  (select min(time)::text from batch) as first, (select max(time)::text from batch) as last`,
      values,
      timeoutMs,
    );
    return { ...(batch as Batch), seconds: (performance.now() - begunMs) / 1000 };
  };
}
