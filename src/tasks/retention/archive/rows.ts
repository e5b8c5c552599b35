import { finding } from '../../../core/finding.ts';
import { formatCount } from '../../../core/units.ts';
import type { Session } from '../../../postgres/session.ts';
import type { RunBatch } from '../batches.ts';
import type { Heap } from '../heaps.ts';
import type { StepContext } from '../step-context.ts';
import { Consignment } from './consignment.ts';
import { type Exported, exportRows } from './export.ts';
import { type ArchivePlace, exportedColumns } from './places.ts';

/** The rows that were archived, and of each the version that was. An xid knows no order. */
const exactly = `\
  where ctid = any($1::tid[]) and (ctid::text, xmin::text) in (
    select place::text, made_by from unnest($1::tid[], $2::text[]) as row (place, made_by))`;

/** Rows that somebody has changed, locked or moved since they were exported. */
class Changed extends Error {
  readonly places: readonly string[];

  constructor(places: readonly string[]) {
    super('rows have changed since they were exported');
    this.places = places;
  }
}

/**
 * Archives the rows of a range of one relation, and then deletes exactly those row versions,
 * in one transaction. Rows that somebody has locked or changed meanwhile put the whole batch
 * back: it is archived anew without them, and they come again at the end.
 */
export function archiveBatch(place: ArchivePlace, context: StepContext): RunBatch {
  const { deletion, target, tally } = context;
  const { scope, table } = deletion;
  const left = new Set<string>();
  const columns = exportedColumns(place, scope.column);
  return async (session, heap, select, timeoutMs, later) => {
    const begunMs = performance.now();
    const file = await fileOf(session, heap.oid);
    const exported = await exportRows(session, select(columns, left), timeoutMs);
    const readSeconds = (performance.now() - begunMs) / 1000;
    const rows = exported.places.length;
    if (rows === 0) return batchOf(0, readSeconds, readSeconds);
    const consignment = await Consignment.begin(place, target.nextConsignment());
    let deleteSeconds = 0;
    let transactionSeconds = 0;
    try {
      await consignment.add(exported);
      transactionSeconds = await consignment.deleteWith(session, async () => {
        const deletingMs = performance.now();
        await deleteExactly(exported, context, session, heap, file, timeoutMs);
        deleteSeconds = (performance.now() - deletingMs) / 1000;
      });
    } catch (error) {
      // The store may be slow, and is not to be waited for where the session is at work.
      later(() => consignment.discardAfter(error));
      if (!(error instanceof Changed)) throw error;
      for (const one of error.places) left.add(one);
      return null;
    }
    tally.archivedRows += rows;
    const unwritten = await consignment.settle();
    if (unwritten) tally.findings.push(manifestUnwritten(table.id, rows, unwritten));
    // The store's time is not the server's: by that the size of the next range is found.
    return batchOf(rows, readSeconds + deleteSeconds, transactionSeconds);
  };
}

function batchOf(rows: number, seconds: number, transactionSeconds: number) {
  return { found: rows, deleted: rows, seconds, transactionSeconds };
}

/** Rows are archived and gone, and only what says so is missing. */
export function manifestUnwritten(table: string, rows: number, why: string) {
  return finding(
    'archive-failed',
    table,
    `${formatCount(rows)} rows of ${table} were archived and deleted, and their manifest could not be written: ${why} The next run writes it.`,
    { severity: 'medium' },
  );
}

/** The file that a relation lies in: a rewrite gives rows that were not touched other places. */
export async function fileOf(session: Session, oid: number): Promise<number | null> {
  const [row] = await session.query<{ file: number | null }>(
    'select pg_catalog.pg_relation_filenode($1)::int8 as file',
    [oid],
  );
  return row?.file ?? null;
}

async function deleteExactly(
  { places, madeBy }: Exported,
  { deletion }: StepContext,
  session: Session,
  heap: Heap,
  file: number | null,
  timeoutMs: number | null,
): Promise<void> {
  const { alias, expired } = deletion.scope;
  const values = [places, madeBy];
  const from = `only ${heap.id} as ${alias}\n${exactly} and ${expired}`;
  const locked = await session.limitedQuery<{ place: string }>(
    `select ctid::text as place from ${from}\nfor update of ${alias} skip locked`,
    values,
    timeoutMs,
  );
  // From here on nobody can rewrite the table; before, somebody may have.
  if ((await fileOf(session, heap.oid)) !== file) throw new Changed([]);
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
