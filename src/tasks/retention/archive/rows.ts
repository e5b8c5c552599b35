import type { Session } from '../../../postgres/session.ts';
import type { RunBatch } from '../batches.ts';
import type { Scope } from '../figures.ts';
import type { Heap } from '../heaps.ts';
import type { Tally } from '../tally.ts';
import { Consignment, exportedColumns } from './archive.ts';
import { type Exported, exportRows } from './export.ts';
import type { ArchiveContext } from './open.ts';

/** The rows that were archived, and of each the version that was. An xid knows no order. */
const exactly = `\
  where ctid = any($1::tid[]) and (ctid::text, xmin::text) in (
    select place::text, made_by from unnest($1::tid[], $2::text[]) as row (place, made_by))`;

/** Rows that somebody has changed or locked since they were exported. */
class Changed extends Error {
  readonly places: readonly string[];

  constructor(places: readonly string[]) {
    super('rows have changed since they were exported');
    this.places = places;
  }
}

/**
 * Archives the rows of a batch, and then deletes exactly those row versions, in one
 * transaction. Rows that somebody has locked or changed meanwhile put the whole batch back:
 * it is archived anew without them, and they come again at the end.
 */
export function archiveBatch(
  scope: Scope,
  { place, nextNumber }: ArchiveContext,
  tally: Tally,
): RunBatch {
  const left = new Set<string>();
  const columns = exportedColumns(place, scope.column);
  return async (session, heap, select, timeoutMs) => {
    let begunMs = performance.now();
    const exported = await exportRows(session, select(columns, left));
    let seconds = (performance.now() - begunMs) / 1000;
    const { places, first, last } = exported;
    const rows = places.length;
    if (rows === 0) return { found: 0, deleted: 0, first, last, seconds };
    const consignment = await Consignment.begin(place, nextNumber());
    let isCommitting = false;
    try {
      await consignment.add(exported);
      await session.transaction(async () => {
        await noteTransaction(session, consignment);
        begunMs = performance.now();
        await deleteExactly(exported, scope, session, heap, timeoutMs);
        isCommitting = true;
      });
    } catch (error) {
      // A commit of which the answer was lost is settled by the next run.
      if (!isCommitting) await consignment.discard().catch(() => {});
      if (!(error instanceof Changed)) throw error;
      for (const one of error.places) left.add(one);
      return null;
    }
    // The store's time is not the server's: by that the size of the next batch is found.
    seconds += (performance.now() - begunMs) / 1000;
    tally.archivedRows += rows;
    await consignment.settle();
    return { found: rows, deleted: rows, first, last, seconds };
  };
}

async function deleteExactly(
  { places, madeBy }: Exported,
  { alias, expired }: Scope,
  session: Session,
  heap: Heap,
  timeoutMs: number | null,
): Promise<void> {
  const values = [places, madeBy];
  const from = `only ${heap.id} as ${alias}\n${exactly} and ${expired}`;
  const locked = await session.limitedQuery<{ place: string }>(
    `select ctid::text as place from ${from}\nfor update of ${alias} skip locked`,
    values,
    timeoutMs,
  );
  const free = new Set(locked.map(({ place }) => place));
  if (free.size < places.length) {
    throw new Changed(places.filter((one) => !free.has(one)));
  }
  const gone = await session.limitedQuery(
    `delete from ${from} returning 1`,
    values,
    timeoutMs,
  );
  if (gone.length === places.length) return;
  throw new Error(
    `${places.length} rows of ${heap.id} were archived, and ${gone.length} of them could be deleted: does a trigger keep them? Nothing was deleted`,
  );
}

/** Notes the transaction of a session before it locks anything: the store may be slow. */
export async function noteTransaction(
  session: Session,
  consignment: Consignment,
): Promise<void> {
  const [row] = await session.query<{ id: string }>(
    'select pg_current_xact_id()::text as id',
  );
  await consignment.noteTransaction((row as { id: string }).id);
}
