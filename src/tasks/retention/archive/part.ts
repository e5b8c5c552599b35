import type { Run } from '../../../core/run.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Session } from '../../../postgres/session.ts';
import type { Around, BeforeDrop } from '../drop-parts.ts';
import { type Stop, untilClear } from '../gate.ts';
import { type Heap, readHeaps } from '../heaps.ts';
import type { Part } from '../parts.ts';
import { PartChanged } from '../same-part.ts';
import type { StepContext } from '../step-context.ts';
import { PageWalk } from '../walks.ts';
import { Consignment, mostBatchBytes } from './consignment.ts';
import { exportRows, versionSum, versionSumSql } from './export.ts';
import { type ArchivePlace, exportedColumns } from './places.ts';
import { fileOf, manifestUnwritten } from './rows.ts';

/** What a relation was like when it was archived. */
interface ArchivedHeap {
  readonly oid: number;
  readonly id: string;
  readonly file: number | null;
  readonly rows: number;
  /** Over all of its row versions. */
  readonly sum: bigint;
}

/** Archives each part as a whole before it is dropped. */
export function archivedBefore(place: ArchivePlace, context: StepContext): BeforeDrop {
  return async (part) => {
    const { target } = context;
    const consignment = await Consignment.begin(place, target.nextConsignment());
    try {
      const heaps = await exportPart(part, consignment, place, context);
      if ('because' in heaps) {
        await consignment.discardAfter(null);
        return heaps;
      }
      return aroundDrop(consignment, heaps, context);
    } catch (error) {
      await consignment.discardAfter(error);
      throw error;
    }
  };
}

function aroundDrop(
  consignment: Consignment,
  heaps: readonly ArchivedHeap[],
  { deletion, run, tally }: StepContext,
): Around {
  return {
    async transaction(session, drop) {
      await consignment.deleteWith(session, async () => {
        for (const heap of heaps) await throwIfChanged(session, heap, run);
        await drop();
      });
    },
    async settle() {
      const rows = heaps.reduce((sum, heap) => sum + heap.rows, 0);
      tally.archivedRows += rows;
      const unwritten = await consignment.settle();
      if (!unwritten) return;
      tally.findings.push(manifestUnwritten(deletion.table.id, rows, unwritten));
    },
    discardAfter: (error) => consignment.discardAfter(error),
  };
}

/** Exports all rows of a part, range by range. */
async function exportPart(
  part: Part,
  consignment: Consignment,
  place: ArchivePlace,
  context: StepContext,
): Promise<readonly ArchivedHeap[] | Stop> {
  const { session } = context;
  const archived: ArchivedHeap[] = [];
  for (const heap of await readHeaps(session, part.heaps, { name: place.timeColumn })) {
    const one = await exportHeap(heap, consignment, place, context);
    if ('because' in one) return one;
    archived.push(one);
  }
  return archived;
}

async function exportHeap(
  heap: Heap,
  consignment: Consignment,
  place: ArchivePlace,
  { deletion, session, target, run }: StepContext,
): Promise<ArchivedHeap | Stop> {
  const { scope } = deletion;
  const columns = exportedColumns(place, scope.column);
  const targetSeconds = target.inputs['batch-seconds'];
  const mostBytes = mostBatchBytes;
  const where = { ...scope, heap, condition: 'true', targetSeconds, mostBytes };
  const walk = new PageWalk(where, null);
  const file = await fileOf(session, heap.oid);
  let rows = 0;
  let sum = 0n;
  while (!walk.isOver) {
    const stop = await untilClear(heap, target, run);
    if (stop) {
      const size = `${heap.id} (${formatBytes(heap.bytes)})`;
      return {
        ...stop,
        why: `${stop.why} before ${size} was archived, which has to be in one go`,
      };
    }
    await walk.aim();
    const begunMs = performance.now();
    const exported = await exportRows(
      session,
      walk.select(columns),
      run.window.timeLeftMs(),
    );
    walk.advance();
    walk.size.learn((performance.now() - begunMs) / 1000);
    if (exported.places.length === 0) continue;
    await consignment.add(exported);
    rows += exported.places.length;
    sum = versionSum(exported, sum);
  }
  return { oid: heap.oid, id: heap.id, file, rows, sum };
}

/** Writers are kept out from here on; before, somebody may have written. */
async function throwIfChanged(
  session: Session,
  { oid, id, file, rows, sum }: ArchivedHeap,
  run: Run,
): Promise<void> {
  await session.query(`lock table only ${id} in share mode`);
  const [now] = await session.limitedQuery<{ rows: number; sum: string }>(
    `select count(*) as rows, ${versionSumSql} as sum from only ${id}`,
    [],
    run.window.timeLeftMs(),
  );
  const isSame =
    now?.rows === rows &&
    now.sum === String(sum) &&
    (await fileOf(session, oid)) === file;
  if (!isSame) throw new PartChanged(`${id} was written to while it was archived`);
}
