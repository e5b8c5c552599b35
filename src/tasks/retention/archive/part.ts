import type { Session } from '../../../postgres/session.ts';
import type { BeforeDrop } from '../drop-parts.ts';
import { readHeaps } from '../heaps.ts';
import type { Part } from '../parts.ts';
import type { StepContext } from '../step-context.ts';
import { PageWalk } from '../walks.ts';
import { Consignment, exportedColumns, mostBatchBytes } from './archive.ts';
import { exportRows } from './export.ts';
import type { ArchiveContext } from './open.ts';
import { noteTransaction } from './rows.ts';

/** Somebody has written to a part while it was archived. */
export class PartChanged extends Error {}

/** Archives each part as a whole before it is dropped. */
export function archivedBefore(
  archive: ArchiveContext,
  context: StepContext,
): BeforeDrop {
  return async (part) => {
    const { session, tally } = context;
    const oldest = await oldestTransaction(session);
    const consignment = await Consignment.begin(archive.place, archive.nextNumber());
    const discard = () => consignment.discard().catch(() => {});
    let rowsOf: ReadonlyMap<string, number>;
    try {
      rowsOf = await exportPart(part, consignment, archive, context);
    } catch (error) {
      await discard();
      throw error;
    }
    return {
      async lastLook(own) {
        await noteTransaction(own, consignment);
        for (const [id, rows] of rowsOf) await throwIfChanged(own, id, rows, oldest);
      },
      async settle() {
        tally.archivedRows += consignment.rows;
        await consignment.settle();
      },
      discard,
      stopFor: (error) =>
        error instanceof PartChanged ? { because: 'others', why: error.message } : null,
    };
  };
}

/** Whatever is written from now on is written by this transaction or a younger one. */
async function oldestTransaction(session: Session): Promise<string> {
  const [snapshot] = await session.query<{ oldest: string }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::xid::text as oldest',
  );
  return (snapshot as { oldest: string }).oldest;
}

/** Exports all rows of a part, range by range; returns how many each relation has. */
async function exportPart(
  part: Part,
  consignment: Consignment,
  { place }: ArchiveContext,
  { deletion, session, target, run }: StepContext,
): Promise<ReadonlyMap<string, number>> {
  const { column, alias } = deletion.scope;
  const columns = exportedColumns(place, column);
  const rowsOf = new Map<string, number>();
  for (const heap of await readHeaps(session, part.heaps, { name: place.timeColumn })) {
    const walk = new PageWalk(
      {
        heap,
        column,
        alias,
        condition: 'true',
        targetSeconds: target.inputs['batch-seconds'],
        mostBytes: mostBatchBytes,
      },
      null,
    );
    rowsOf.set(heap.id, 0);
    while (!walk.isOver) {
      run.signal.throwIfAborted();
      const begunMs = performance.now();
      const exported = await exportRows(session, walk.select(columns));
      walk.advance();
      walk.size.learn((performance.now() - begunMs) / 1000);
      if (exported.places.length === 0) continue;
      await consignment.add(exported);
      rowsOf.set(heap.id, (rowsOf.get(heap.id) ?? 0) + exported.places.length);
    }
  }
  return rowsOf;
}

/**
 * Writers are kept out from here on. Whoever has written since has made row versions that
 * are younger than the oldest transaction of then, or there are fewer rows than there were.
 */
async function throwIfChanged(
  session: Session,
  id: string,
  rows: number,
  oldest: string,
): Promise<void> {
  await session.query(`lock table only ${id} in share mode`);
  const [now] = await session.query<{ rows: number; younger: number }>(
    `\
select count(*) as rows, count(*) filter (where age(xmin) <= age($1::xid)) as younger
from only ${id}`,
    [oldest],
  );
  if (now?.rows === rows && now.younger === 0) return;
  throw new PartChanged(`${id} was written to while it was archived`);
}
