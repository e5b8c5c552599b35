import type { Session } from '../../postgres/session.ts';
import type { Scope } from './figures.ts';
import type { Heap } from './heaps.ts';
import type { Batch, Walk } from './walks.ts';

/**
 * Gets rid of the rows of one range, in one transaction. Null where nothing was done, and the
 * same range is to be tried once more.
 *
 * @param later is given what is to be done when the session is free again
 */
export type RunBatch = (
  session: Session,
  heap: Heap,
  select: Walk['select'],
  timeoutMs: number | null,
  later: (work: () => Promise<void>) => void,
) => Promise<Batch | null>;

/**
 * Deletes the rows that a selection finds and nobody else has locked. All in one statement:
 * the lock makes the server look at the condition once more where a row has just changed,
 * and what is deleted is what was locked.
 */
export function deleteBatch({ alias, expired }: Scope): RunBatch {
  return async (session, heap, select, timeoutMs) => {
    const begunMs = performance.now();
    const [batch] = await session.limitedQuery<Pick<Batch, 'found' | 'deleted'>>(
      `\
with batch as materialized (
${select('ctid')}
for update of ${alias} skip locked
), gone as (
  delete from only ${heap.id} as ${alias}
  where ctid = any(array(select ctid from batch)) and ${expired}
  returning 1
)
select (select pg_catalog.count(*) from batch) as found,
  (select pg_catalog.count(*) from gone) as deleted`,
      [],
      timeoutMs,
    );
    const { found = 0, deleted = 0 } = batch ?? {};
    const seconds = (performance.now() - begunMs) / 1000;
    return { found, deleted, seconds, transactionSeconds: seconds };
  };
}
