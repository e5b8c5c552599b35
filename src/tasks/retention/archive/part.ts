import type { Run } from '../../../core/run.ts';
import type { Session } from '../../../postgres/session.ts';
import type { Scope } from '../figures.ts';
import { readHeaps } from '../heaps.ts';
import type { Part } from '../parts.ts';
import { PageWalk } from '../walks.ts';
import {
  type ArchivePlace,
  Consignment,
  exportedColumns,
  mostBatchBytes,
} from './archive.ts';
import { exportRows } from './export.ts';
import { noteTransaction } from './rows.ts';

/** Somebody has written to a part while it was archived. */
export class PartChanged extends Error {}

/** A part that is archived as a whole, and waits to be dropped. */
export interface ArchivedPart {
  readonly rows: number;
  /** To be called in the transaction that drops it, before that locks anything else. */
  lastLook(session: Session): Promise<void>;
  settle(): Promise<void>;
  discard(): Promise<void>;
}

/** Exports all rows of a part, range by range, and reads them back. */
export async function archivePart(
  part: Part,
  { column, alias }: Scope,
  place: ArchivePlace,
  number: number,
  session: Session,
  targetSeconds: number,
  run: Run,
): Promise<ArchivedPart> {
  const [snapshot] = await session.query<{ oldest: string }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::xid::text as oldest',
  );
  const oldest = snapshot?.oldest ?? '';
  const consignment = await Consignment.begin(place, number);
  const discard = () => consignment.discard();
  try {
    const columns = exportedColumns(place, column);
    const rowsOf = new Map<string, number>();
    for (const heap of await readHeaps(session, part.heaps, { name: place.timeColumn })) {
      const walk = new PageWalk(
        {
          heap,
          column,
          alias,
          condition: 'true',
          targetSeconds,
          mostBytes: mostBatchBytes,
        },
        null,
      );
      while (!walk.isOver) {
        run.signal.throwIfAborted();
        const begunMs = performance.now();
        const exported = await exportRows(session, walk.select(columns));
        if (exported.places.length > 0) await consignment.add(exported);
        walk.advance();
        walk.size.learn((performance.now() - begunMs) / 1000);
        rowsOf.set(heap.id, (rowsOf.get(heap.id) ?? 0) + exported.places.length);
      }
    }
    return {
      rows: consignment.rows,
      async lastLook(own) {
        await noteTransaction(own, consignment);
        for (const [id, rows] of rowsOf) await throwIfChanged(own, id, rows, oldest);
      },
      settle: () => consignment.settle(),
      discard,
    };
  } catch (error) {
    await discard().catch(() => {});
    throw error;
  }
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
